/**
 * A reader for every format: what users of it have. Those of Node run in `npm test`; the others are programs in Python
 * (each export's own checker), which `npm run test:parity` and `npm run test:long` run.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { preprocess, type Preprocessing } from '../../../src/models/backbones/backbone.ts';
import type { Files } from './networks.ts';

/** Reads a file of an export and asks it about pictures, `[count, size, size, 3]` of 0 to 255. */
type NodeReader = (
  files: Files,
  file: string,
  pixels: Float32Array<ArrayBuffer>,
  shape: readonly [count: number, size: number],
) => Promise<number[][]>;

export const NODE_READERS: Readonly<Record<string, NodeReader>> = { tfjs: readTfjs, onnx: readOnnx };

/** Formats whose checkers run in Python. */
export const PYTHON_READERS = ['onnx', 'keras', 'safetensors', 'litert'];

async function readOnnx(
  files: Files,
  file: string,
  pixels: Float32Array<ArrayBuffer>,
  [count, size]: readonly [number, number],
): Promise<number[][]> {
  const ort = await import('onnxruntime-web');
  // Found from the test's own place, since Vitest gives modules addresses of its own.
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  ort.env.wasm.wasmPaths = pathToFileURL(join(folder, '/')).href;
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytesOf(files, file), {
    executionProviders: ['wasm'],
    logSeverityLevel: 3,
  });
  const shape = [count, size, size, 3];
  const input = file.includes('uint8')
    ? new ort.Tensor('uint8', Uint8Array.from(pixels), shape)
    : new ort.Tensor('float32', pixels, shape);
  const { probabilities } = await session.run({ pixels: input });
  const rows = rowsOf(probabilities?.data as Float32Array, count);
  await session.release();
  return rows;
}

async function readTfjs(
  files: Files,
  file: string,
  pixels: Float32Array<ArrayBuffer>,
  [count, size]: readonly [number, number],
): Promise<number[][]> {
  const json = JSON.parse(new TextDecoder().decode(bytesOf(files, file))) as {
    modelTopology: object;
    weightsManifest: [{ paths: [string]; weights: tf.io.WeightsManifestEntry[] }];
    userDefinedMetadata: { preprocessing: Preprocessing };
  };
  const [{ paths, weights: weightSpecs }] = json.weightsManifest;
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs,
      weightData: bytesOf(files, paths[0]).slice().buffer,
    }),
  );
  const values = preprocess(pixels, json.userDefinedMetadata.preprocessing);
  const probabilities = tf.tidy(
    () => model.predict(tf.tensor(values, [count, size, size, 3])) as tf.Tensor2D,
  );
  const rows = await probabilities.array();
  tf.dispose([probabilities]);
  model.dispose();
  return rows;
}

function bytesOf(files: Files, file: string): Uint8Array<ArrayBuffer> {
  const bytes = files.get(file);
  if (bytes === undefined) throw new TypeError(`${file} is among ${[...files.keys()].join(', ')}`);
  return bytes;
}

function rowsOf(values: Float32Array, count: number): number[][] {
  const classes = values.length / count;
  return Array.from({ length: count }, (_, row) => [...values.subarray(row * classes, (row + 1) * classes)]);
}
