/**
 * What Mien exports it reads again, and computes the same with it: weights of every source, whatever padding, epsilon,
 * momentum and preprocessing they came with.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { unzipSync, zipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { asRun } from '../../src/engine/catalog.ts';
import { Packing } from '../../src/exporters/package/package.ts';
import { findExporter } from '../../src/exporters/registry.ts';
import { buildBackbone } from '../../src/models/backbones/registry.ts';
import { withHead } from '../../src/models/head.ts';
import { openBackboneWeights, type LoadedWeights } from '../../src/models/load-weights.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import type { Platform } from '../../src/platform/platform.ts';
import type { WeightsFile } from '../../src/protocol/recipe/own-weights.ts';
import { preprocess, relativeError } from '../parity/models/golden.ts';
import { rulePictures, ruleTorchWeights } from '../parity/models/rule.ts';
import { backboneOf } from '../support/networks/backbones.ts';
import { useBackend } from '../support/backends.ts';
import { pickedFile } from '../support/sets/picked-files.ts';
import { tinyRecipe } from '../support/session.ts';
import { teachableMachine } from '../support/networks/teachable-machine.ts';
import {
  f32,
  filePlatform,
  foundWeights,
  safetensorsFile,
  type RawTensor,
} from '../support/networks/weight-files.ts';

beforeAll(async () => useBackend('wasm'));

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const repo = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));

/** A file as timm saves it, with `config.json` beside it. */
function timm(name: string): Readonly<Record<string, Uint8Array>> {
  const golden = JSON.parse(repoText(`tests/parity/models/goldens/torch/${name}.json`)) as {
    architecture: string;
    tensors: [name: string, dtype: string, shape: number[]][];
  };
  const tensors = golden.tensors.map(([tensor, dtype, shape]): [string, RawTensor] =>
    dtype === 'F32'
      ? [tensor, f32(shape, ruleTorchWeights(tensor, shape))]
      : [tensor, { dtype, shape, bytes: new Uint8Array(8) }],
  );
  return {
    'model.safetensors': safetensorsFile(Object.fromEntries(tensors)),
    'config.json': utf8({ architecture: golden.architecture }),
  };
}

const repoText = (path: string): string => new TextDecoder().decode(repo(path));
const keras = (name: string): Uint8Array =>
  new Uint8Array(gunzipSync(repo(`tests/parity/models/fixtures/${name}.gz`)));

interface Source {
  readonly backbone: object;
  readonly weights: unknown;
  readonly files: () => Promise<Readonly<Record<string, Uint8Array>>>;
}

const file = (path: string): WeightsFile => ({ file: path });
const STARTER = 'starter/mobilenetv2-0.35.safetensors';
const SOURCES: readonly (readonly [string, Source])[] = [
  [
    'starter weights',
    {
      backbone: { name: 'mobilenetv2', alpha: 0.35 },
      weights: 'starter',
      files: async () => ({ [STARTER]: repo(`public/${STARTER}`) }),
    },
  ],
  [
    'a Keras classifier',
    {
      backbone: { name: 'mobilenetv2', alpha: 0.1 },
      weights: file('nested.keras'),
      files: async () => ({ 'nested.keras': keras('nested.keras') }),
    },
  ],
  [
    'a Keras file with pictures of 0 to 1',
    {
      backbone: { name: 'mobilenetv2', alpha: 0.1 },
      weights: { file: 'nested.h5', preprocessing: 'unit' },
      files: async () => ({ 'nested.h5': keras('nested.h5') }),
    },
  ],
  [
    'timm, as PyTorch pads',
    {
      backbone: { name: 'mobilenetv2', alpha: 0.5 },
      weights: file('model.safetensors'),
      files: async () => timm('timm-mobilenetv2_050.lamb_in1k'),
    },
  ],
  [
    'timm, as TensorFlow pads',
    {
      backbone: { name: 'efficientnetb0' },
      weights: file('model.safetensors'),
      files: async () => timm('timm-tf_efficientnet_b0.aa_in1k'),
    },
  ],
  [
    'Teachable Machine',
    {
      backbone: { name: 'mobilenetv2', alpha: 0.35 },
      weights: file('tm.zip'),
      files: async () => ({ 'tm.zip': zipSync((await teachableMachine(['a', 'b'], 32)).files) }),
    },
  ],
];

/** What a recipe's backbone makes of raw pictures, and the network with its head. */
async function built(backbone: object, weights: unknown, platform: Platform, files: readonly File[] = []) {
  const recipe = backboneOf({ ...backbone, weights });
  const opened = await openBackboneWeights(recipe, platform, { seed: 0, files });
  const { backbone: entry, model } = buildBackbone(recipe, SIZE, opened.map?.flavour);
  const loaded = await opened.fill(model, entry, 'backbone');
  return { recipe, model, loaded };
}

const SIZE = 48;

function pooled(model: tf.LayersModel, { preprocessing }: LoadedWeights): Float32Array {
  const pictures = preprocess(rulePictures(1, SIZE), preprocessing);
  return tf.tidy(() =>
    (model.predict(tf.tensor(pictures, [1, SIZE, SIZE, 3])) as tf.Tensor).mean([1, 2]).dataSync<'float32'>(),
  );
}

it.each(SOURCES)('%s go out and come in again', async (_what, { backbone, weights, files }) => {
  const { recipe, model, loaded } = await built(backbone, weights, filePlatform(await files()));
  const before = pooled(model, loaded);
  const labels = ['one', 'two', 'three'];
  const whole = withHead(model, { classes: labels.length, dropout: 0.2, hidden: [], seed: 1 });
  const trained = {
    model: whole,
    labels,
    preprocessing: loaded.preprocessing,
    recipe: asRun(await tinyRecipe({ backbone: recipe })),
    weights: loaded,
    history: [],
    test: null,
    sureness: null,
    kept: null,
    versions: {},
    calibration: null,
  };
  const exported = await new Packing(trained, createPlatform(), 1).zip(findExporter('tfjs'));
  const bare = await new Packing(trained, createPlatform(), 1).zip(findExporter('safetensors'));
  const settings = normsOf(whole);
  whole.dispose();
  const picked = [pickedFile(exported.fileName, new Uint8Array(await exported.blob.arrayBuffer()))];
  const page = { ...filePlatform({}), kind: 'browser' } as const;
  const asked = backboneOf({ ...backbone, weights: 'random' });
  const found = await foundWeights({ file: exported.fileName }, asked, page, { files: picked });
  expect(found.weights.labels).toEqual(labels);
  expect(found.weights.use).toMatchObject({ saidBy: 'file', preprocessing: loaded.preprocessing });
  const { weights: again, ...form } = found.backbone;
  const back = await built(form, again, page, picked);
  expect(normsOf(back.model)).toEqual(settings);
  expect(back.loaded.sha256).toBe(loaded.sha256);
  expect(relativeError(pooled(back.model, back.loaded), before)).toBeLessThan(1e-6);
  back.model.dispose();
  // Bare weights too, each file alone, under whatever names: their headers say what no tensor does.
  const unpacked = unzipSync(new Uint8Array(await bare.blob.arrayBuffer()));
  const alone = Object.entries(unpacked).filter(([path]) => /^model.*safetensors$/u.test(path));
  expect(alone.length).toBeGreaterThan(0);
  for (const [path, bytes] of alone) {
    const only = [pickedFile(path, bytes)];
    const { weights: told, backbone: named } = await foundWeights({ file: path }, asked, page, {
      files: only,
    });
    expect(told.labels).toEqual(labels);
    expect(told.use).toMatchObject({ saidBy: 'file', preprocessing: loaded.preprocessing });
    const { weights: given, ...shape } = named;
    const next = await built(shape, given, page, only);
    expect(normsOf(next.model).map(withoutMomentum)).toEqual(settings.map(withoutMomentum));
    expect(relativeError(pooled(next.model, next.loaded), before), path).toBeLessThan(1e-6);
    next.model.dispose();
  }
});

/** Bare weights do not say it: it moves averages in training alone. */
const withoutMomentum = ({ momentum: _, ...norm }: Norm): Omit<Norm, 'momentum'> => norm;

type Norm = ReturnType<typeof normsOf>[number];

/** What no tensor says: epsilon and momentum of every BatchNorm, and every padding. */
function normsOf(model: tf.LayersModel) {
  return model.layers
    .filter((layer) => /^(BatchNormalization|ZeroPadding2D)$/u.test(layer.getClassName()))
    .map((layer) => {
      const { name, epsilon, momentum, padding } = layer.getConfig();
      return { name, epsilon, momentum, padding };
    });
}
