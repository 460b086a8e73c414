/**
 * Owns `metadata.json`, by which Teachable Machine's library and ml5 name the classes. Both prepare pictures in one way
 * that cannot be chosen: red, green and blue from -1 to 1. So it is written for networks that take those alone.
 *
 * @see https://github.com/googlecreativelab/teachablemachine-community/tree/master/libraries/image
 */
import * as tf from '@tensorflow/tfjs';
import type { Preprocessing } from '../../models/backbones/backbone.ts';
import { fileOf, type ExportedFile, type ExportInput } from '../exporter.ts';

/** ml5 brings every picture to this size. */
export const ML5_SIZE = 224;

/** Whether a network takes pictures as those libraries prepare them. */
export function takesTheirPictures({ order, scale, offset }: Preprocessing): boolean {
  const isNear = (value: number, expected: number): boolean => Math.abs(value - expected) < 1e-6;
  return (
    order.every((from, channel) => from === channel) &&
    scale.every((each) => isNear(each, 1 / 127.5)) &&
    offset.every((each) => isNear(each, -1))
  );
}

/** The file; none where they would give the network other numbers than it was trained on. */
export function teachableMetadata({ labels, preprocessing, recipe }: ExportInput): ExportedFile[] {
  if (!takesTheirPictures(preprocessing)) return [];
  const metadata = {
    tfjsVersion: tf.version.tfjs,
    packageName: '@teachablemachine/image',
    packageVersion: '0.8.5',
    modelName: `mien-${recipe.backbone.name}`,
    userMetadata: {},
    labels,
    imageSize: recipe.image.size,
  };
  return [fileOf('metadata.json', `${JSON.stringify(metadata)}\n`)];
}
