/** Small files that hold a network, as weights and as exports of Mien, and how reading each of them ends. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { joined, message, streamField } from '../../../src/exporters/onnx/protobuf.ts';
import { tensor } from '../../../src/exporters/onnx/tensors.ts';
import { findExported } from '../../../src/importers/exported.ts';
import { findNameMaps } from '../../../src/models/weights/name-maps/registry.ts';
import { StudioError } from '../../../src/protocol/errors.ts';
import { f32, filePlatform, memorySource, openWeightFile, safetensorsFile } from './weight-files.ts';

type DamagedFile = readonly [
  name: string,
  file: Uint8Array,
  mutations: number,
  outcomeOf: (bytes: Uint8Array) => Promise<string>,
];

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const fixture = (name: string): Uint8Array =>
  new Uint8Array(
    gunzipSync(readFileSync(new URL(`../../parity/models/fixtures/${name}.gz`, import.meta.url))),
  );

const tfjs = {
  'model.json': utf8({
    format: 'layers-model',
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: [
          { name: 'Conv1/kernel', shape: [1, 1, 2, 2], dtype: 'float32' },
          {
            name: 'Conv1/bias',
            shape: [2],
            dtype: 'float32',
            quantization: { dtype: 'uint8', min: 0, scale: 0.5 },
          },
        ],
      },
    ],
    userDefinedMetadata: { labels: ['a', 'b'] },
  }),
  'w.bin': new Uint8Array(18).fill(63),
};

const recipe = {
  dataset: { source: 'sample' },
  backbone: { name: 'mobilenetv2', alpha: 0.35 },
  image: { size: 32 },
  phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
};

/** As Mien's exporter writes it, small: a convolution with its BatchNorm, one of its own, and a head. */
async function tinyOnnx(): Promise<Uint8Array> {
  const stored = (name: string, shape: readonly number[], type: 'float32' | 'float16' = 'float32') => {
    const count = shape.reduce((product, side) => product * side, 1);
    const values =
      type === 'float32' ? new Float32Array(count).fill(0.5) : new Uint16Array(count).fill(0x3800);
    return tensor(name, shape, type, () => Promise.resolve(values));
  };
  const tensors = [
    stored('preprocessing/scale', [3, 1, 1]),
    stored('preprocessing/offset', [3, 1, 1]),
    stored('Conv1/kernel:float16', [2, 3, 1, 1], 'float16'),
    stored('bn_Conv1/offset', [2]),
    stored('bn_2/scale', [2, 1, 1]),
    stored('bn_2/offset', [2, 1, 1]),
    stored('block_1_depthwise/depthwise_kernel', [2, 1, 3, 3]),
    stored('dense/kernel', [2, 2]),
    stored('dense/bias', [2]),
  ];
  const { chunks } = joined([
    message([1, 8], [2, 'Mien'], [14, message([1, 'labels'], [2, '["a","b"]'])]),
    streamField(7, joined([message([2, 'tiny']), ...tensors.map((one) => streamField(5, one))])),
  ]);
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks()) parts.push(chunk);
  return Buffer.concat(parts);
}

/** What `importers/exported.ts` reads of an export; a picture of its proof is not decoded there. */
const exported = {
  'mien.json': utf8({
    labels: ['a', 'b'],
    recipe,
    backboneWeights: { origin: 'random numbers', sizeBytes: 0, sha256: null },
    flavour: null,
    versions: { mien: '0.1.0' },
  }),
  ...tfjs,
  'proof/proof.json': utf8({ size: 32, pictures: ['1.png'], probabilities: [[0.25, 0.75]] }),
  'proof/1.png': new Uint8Array(64).fill(1),
};

/** A small file of each format, and how many mutations it gets among all tests; with `npm run test:long` each gets 10,000. */
export const DAMAGED: readonly DamagedFile[] = [
  [
    'safetensors',
    safetensorsFile({ 'Conv1/kernel': f32([2, 2], [1, 2, 3, 4]), 'Conv1/bias': f32([2], [5, 6]) }),
    5000,
    readWeights,
  ],
  ['model.json', tfjs['model.json'], 3000, readWeights],
  ['zip', zipSync(tfjs), 1500, readWeights],
  ['tiny.keras', fixture('tiny.keras'), 200, readWeights],
  ['tiny.h5', fixture('tiny.h5'), 400, readWeights],
  ['tiny.weights.h5', fixture('tiny.weights.h5'), 400, readWeights],
  ['own.onnx', new Uint8Array(await tinyOnnx()), 5000, readWeights],
  ['export.zip', zipSync(exported, { level: 0 }), 2000, readExported],
];

/** Opens, maps and reads everything; the code of the error that ended it, or `read`. */
async function readWeights(bytes: Uint8Array): Promise<string> {
  try {
    const file = await openWeightFile(memorySource(bytes), {
      sibling: async (name) => filePlatform(tfjs).openPath(name),
    });
    findNameMaps(file);
    const values = await file.read([...file.tensors.keys()]);
    for (const [name, tensor] of file.tensors) {
      const count = tensor.shape.reduce((product, side) => product * side, 1);
      if (values.get(name)?.length !== count)
        return `${name} has ${values.get(name)?.length ?? 'no'} numbers`;
    }
    return 'read';
  } catch (thrown) {
    return thrown instanceof StudioError ? thrown.code : `not a StudioError: ${String(thrown)}`;
  }
}

/** Looks for an export in a zip and reads what it says of itself; its weights are read as all others. */
async function readExported(bytes: Uint8Array): Promise<string> {
  try {
    const found = await findExported([
      { path: 'export.zip', open: () => Promise.resolve(memorySource(bytes)) },
    ]);
    // Nothing in it says any more that Mien wrote it.
    if (found === null) return 'model/import-unknown';
    const { labels, recipe, files, proof } = found;
    if (labels.length < 2 || files.length === 0 || recipe.backbone.name === '') return 'half of an export';
    if (proof?.pictures.length === 0) return 'a proof without pictures';
    return 'read';
  } catch (thrown) {
    return thrown instanceof StudioError ? thrown.code : `not a StudioError: ${String(thrown)}`;
  }
}
