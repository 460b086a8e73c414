/** Small files that hold a network, as weights and as exports of Mien, and how reading each of them ends. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
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
    const { labels, recipe, files, proof } = await findExported([
      { path: 'export.zip', open: () => Promise.resolve(memorySource(bytes)) },
    ]);
    if (labels.length < 2 || files.length === 0 || recipe.backbone.name === '') return 'half of an export';
    if (proof !== null && proof.pictures.length === 0) return 'a proof without pictures';
    return 'read';
  } catch (thrown) {
    return thrown instanceof StudioError ? thrown.code : `not a StudioError: ${String(thrown)}`;
  }
}
