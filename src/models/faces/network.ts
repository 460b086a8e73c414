/**
 * BlazeFace, short range: finds faces in a picture of 128 pixels a side. Blocks of a depthwise and a pointwise convolution,
 * added to what they began with; where a block halves the map, so does a maximum of four, and where it has more channels,
 * the others are zeros. Two maps, 16 and 8 cells a side, say for each of their cells how likely a face is there and where.
 *
 * It runs on the device in use, by the operations that it has; the weights are those of MediaPipe, to the bit.
 *
 * @see Bazarevsky et al., BlazeFace: sub-millisecond neural face detection on mobile GPUs, 2019
 */
import * as tf from '@tensorflow/tfjs';
import type { Platform } from '../../platform/platform.ts';
import { invariant } from '../../protocol/errors.ts';
import { safetensors } from '../weights/readers/safetensors.ts';

/** Side of its pictures in pixels. */
export const FACE_INPUT = 128;

/** Path under `public/`. */
const ASSET = 'detector/blazeface-short.safetensors';

/** Channels that come out of each block, and by how much it makes the map smaller. */
export const FACE_BLOCKS: readonly (readonly [channels: number, stride: 1 | 2])[] = [
  ...([
    [24, 1],
    [28, 1],
    [32, 2],
    [36, 1],
    [42, 1],
    [48, 2],
    [56, 1],
    [64, 1],
  ] as const),
  ...([
    [72, 1],
    [80, 1],
    [88, 1],
    [96, 2],
    [96, 1],
    [96, 1],
    [96, 1],
    [96, 1],
  ] as const),
];

/** The block whose output is the finer of the two maps, from 0. */
const FINE_BLOCK = 10;

/** What comes of a map: boxes a cell, and the names of its two convolutions. */
export const FACE_MAPS = [
  { cells: 16, boxes: 2, of: 'fine' },
  { cells: 8, boxes: 6, of: 'coarse' },
] as const;

/** Numbers of a box: its place and size, and six points of a face. */
export const FACE_NUMBERS = 16;

/** What it says of a picture, before it is decoded. */
export interface RawFaces {
  /** `[896]`: logits. */
  readonly scores: Float32Array;
  /** `[896, 16]`, in pixels of the input from the middle of each box's cell. */
  readonly boxes: Float32Array;
}

/** Owns its weights on the device that was in use when it was opened; dispose it. */
export class FaceNetwork {
  private constructor(readonly weights: ReadonlyMap<string, tf.Tensor>) {}

  /** @throws StudioError `net/asset-missing`, `model/weights-…` */
  static async open(
    platform: Pick<Platform, 'openAsset' | 'startH5Thread'>,
    signal?: AbortSignal,
  ): Promise<FaceNetwork> {
    const source = await platform.openAsset(ASSET, signal);
    const file = await safetensors.open(source, {
      beside: { labels: null, architecture: null, topology: null },
      sibling: () => Promise.resolve(source),
      platform,
      signal,
    });
    const values = await file.read([...file.tensors.keys()]);
    const tensors = [...file.tensors].map(([name, { shape }]) => {
      const own = values.get(name);
      invariant(own !== undefined, 'each tensor that the file lists is read');
      return [name, tf.tensor(own, [...shape])] as const;
    });
    return new FaceNetwork(new Map(tensors));
  }

  /** @param picture RGB uint8, `[128, 128, 3]` */
  async find(picture: Uint8Array): Promise<RawFaces> {
    const said = tf.tidy(() => {
      const pixels = tf.tensor4d(Float32Array.from(picture), [1, FACE_INPUT, FACE_INPUT, 3]);
      return this.#forward(tf.sub(tf.div(pixels, 127.5), 1));
    });
    try {
      const [scores, boxes] = await Promise.all(said.map((one) => one.data<'float32'>()));
      invariant(scores !== undefined && boxes !== undefined, 'scores and boxes were computed');
      return { scores: Float32Array.from(scores), boxes: Float32Array.from(boxes) };
    } finally {
      tf.dispose(said);
    }
  }

  dispose(): void {
    tf.dispose([...this.weights.values()]);
  }

  /** Scores `[896, 1]`, boxes `[896, 16]`. */
  #forward(pictures: tf.Tensor4D): [tf.Tensor, tf.Tensor] {
    let value = tf.relu(this.#convolution(pictures, 'stem', 2));
    const maps: tf.Tensor4D[] = [];
    for (const [index, [channels, stride]] of FACE_BLOCKS.entries()) {
      value = this.#block(value, `block_${(index + 1).toString()}`, channels, stride);
      if (index === FINE_BLOCK) maps.push(value);
    }
    maps.push(value);
    const all = (what: string, numbers: number): tf.Tensor =>
      tf.concat(
        FACE_MAPS.map(({ of }, at) => {
          const map = maps[at];
          invariant(map !== undefined, 'there are as many maps');
          return tf.reshape(this.#convolution(map, `${of}_${what}`, 1), [-1, numbers]);
        }),
      );
    return [all('scores', 1), all('boxes', FACE_NUMBERS)];
  }

  #block(value: tf.Tensor4D, name: string, channels: number, stride: 1 | 2): tf.Tensor4D {
    const kernel = this.#weight(`${name}/depthwise_kernel`) as tf.Tensor4D;
    const filtered = tf.add(
      tf.depthwiseConv2d(value, kernel, stride, 'same'),
      this.#weight(`${name}/depthwise_bias`),
    );
    const beside = stride === 2 ? tf.maxPool(value, 2, 2, 'same') : value;
    const missing = channels - beside.shape[3];
    const wide =
      missing === 0
        ? beside
        : tf.pad(beside, [
            [0, 0],
            [0, 0],
            [0, 0],
            [0, missing],
          ]);
    return tf.relu(tf.add(wide, this.#convolution(filtered as tf.Tensor4D, name, 1)));
  }

  #convolution(value: tf.Tensor4D, name: string, stride: 1 | 2): tf.Tensor4D {
    const kernel = this.#weight(`${name}/kernel`) as tf.Tensor4D;
    return tf.add(tf.conv2d(value, kernel, stride, 'same'), this.#weight(`${name}/bias`));
  }

  #weight(name: string): tf.Tensor {
    const weight = this.weights.get(name);
    invariant(weight !== undefined, `the detector has ${name}`);
    return weight;
  }
}
