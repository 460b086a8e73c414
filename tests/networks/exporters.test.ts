/**
 * Every exporter of the registry: its entry is complete, somebody else's software reads what it writes, and what it
 * reads gives Mien's probabilities.
 */
import { tmpdir } from 'node:os';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { broughtBack } from '../../src/engine/network/bring-back.ts';
import type { KeptNetwork } from '../../src/engine/kept/kept-network.ts';
import { rebuildNetwork } from '../../src/engine/network/rebuild.ts';
import { EXPORTERS, findExporter } from '../../src/exporters/registry.ts';
import { Packing } from '../../src/exporters/package/package.ts';
import { preprocess } from '../../src/models/backbones/backbone.ts';
import type { SetFile } from '../../src/models/weights/files/file-set.ts';
import type { DeviceReport } from '../../src/protocol/device.ts';
import { codeOf, memorySource } from '../support/networks/weight-files.ts';
import { NODE_READERS, PYTHON_READERS } from '../support/exports/readers.ts';
import {
  apart,
  asked,
  filesOf,
  PICTURES,
  sheetOf,
  trainedNetwork,
  type Files,
} from '../support/exports/networks.ts';
import { shows } from '../support/shows.ts';

const PAPERS = [
  'papers/calibration.png',
  'papers/calibration.svg',
  'papers/confusion-matrix.csv',
  'papers/confusion-matrix.png',
  'papers/confusion-matrix.svg',
  'papers/curves.png',
  'papers/curves.svg',
  'papers/evaluation.csv',
  'papers/evaluation.json',
  'papers/history.csv',
  'papers/history.json',
  'papers/report.txt',
];

/** Formats in which a network's layers are dissolved. */
const ONE_WAY: ReadonlySet<string> = new Set(['litert']);

/** The last number of each is one of the head. */
const HOLDS_NUMBERS = /^(weights\.bin|model\.safetensors)$/u;

const DEVICE: DeviceReport = { backend: 'wasm', label: 'wasm', why: '', chosenBy: 'policy', candidates: [] };

const setOf = (files: Files): SetFile[] =>
  [...files].map(([path, bytes]) => ({ path, open: () => Promise.resolve(memorySource(bytes)) }));

let packing: Packing;

beforeAll(async () => {
  packing = await trainedNetwork({ name: 'mobilenetv2', alpha: 0.35, weights: 'random' }, 32, 'batch');
}, 120_000);

it('has LiteRT in whole numbers where the set is open, and says so where it is not', async () => {
  const withSet = await filesOf(packing, 'litert');
  const claim = sheetOf(withSet).files.find(({ file }) => file === 'model.int8.tflite');
  expect(claim?.rounding?.of).toBe(PICTURES);
  expect(claim?.probabilities).toHaveLength(PICTURES);
  const whole = withSet.get('model.tflite')?.length ?? 0;
  expect(withSet.get('model.int8.tflite')?.length).toBeLessThan(0.4 * whole);
  const readme = new TextDecoder().decode(withSet.get('README.md'));
  expect(readme).toMatch(
    /model\.int8\.tflite has all that it computes with rounded to int8: the answer stayed/u,
  );
  // Random weights at 32 pixels lose much, and the page says what to do about it.
  if ((claim?.rounding?.same ?? 0) < 0.95 * PICTURES)
    expect(readme).toContain('take the float16 file instead');

  const { calibration: _, ...others } = packing.input;
  const closed = new Packing({ ...others, calibration: null }, packing.platform, PICTURES);
  const { files, notes } = await closed.files(findExporter('litert'));
  expect(files.map(({ path }) => path)).not.toContain('model.int8.tflite');
  expect(notes).toContainEqual(expect.stringContaining('the set of this network is not open'));
});

/** Papers alone have no network that could be asked. */
const [formats, papers] = [
  EXPORTERS.filter(({ entry }) => entry.bytesPerParameter > 0),
  EXPORTERS.filter(({ entry }) => entry.bytesPerParameter === 0),
];

describe.each(formats.map((exporter) => [exporter.entry.name, exporter] as const))('%s', (name, exporter) => {
  let files: Files;

  beforeAll(async () => {
    files = await filesOf(packing, name);
  });

  it('says what it is, for whom, what opens it and how large it will be', () => {
    const { entry } = exporter;
    expect(entry.label).not.toBe('');
    expect(entry.help).toMatch(/^For .*\.$/);
    expect(entry.opensWith).not.toBe('');
    expect(entry.extension).toMatch(/^[a-z0-9]+$/);
    const parameters = packing.input.model.countParams();
    const own = [...files].filter(([path]) => !path.startsWith('proof/'));
    const bytes = own.reduce((sum, [, { length }]) => sum + length, 0);
    const said = parameters * entry.bytesPerParameter + entry.bytesBeside;
    expect(bytes).toBeGreaterThan(0.8 * said);
    expect(bytes).toBeLessThan(1.3 * said);
  });

  it('has a reader outside Mien', () => {
    expect([...Object.keys(NODE_READERS), ...PYTHON_READERS]).toContain(name);
  });

  it('travels with its papers and a proof of every model', () => {
    const { labels } = packing.input;
    expect(JSON.parse(new TextDecoder().decode(files.get('labels.json')))).toEqual(labels);
    expect(new TextDecoder().decode(files.get('README.md'))).toContain('## Proof');
    const sheet = sheetOf(files);
    expect(sheet.files).not.toEqual([]);
    for (const { file } of sheet.files) expect([...files.keys()]).toContain(file);
    for (const picture of sheet.pictures) expect([...files.keys()]).toContain(`proof/${picture}`);
    expect([...files.keys()].filter((path) => path.startsWith('proof/check.'))).toHaveLength(1);
    shows(`exporter ${name} writes files`);
  });

  it('has the run’s papers, as every format', () => {
    expect([...files.keys()].filter((path) => path.startsWith('papers/')).sort()).toEqual(PAPERS);
  });

  it('names no folder of this machine, though its weights came from one', () => {
    expect(JSON.stringify(packing.input.recipe.backbone)).toContain(tmpdir());
    for (const [path, bytes] of files) expect(Buffer.from(bytes).includes(tmpdir()), path).toBe(false);
    expect(Buffer.from(files.get('mien.json') ?? []).includes('by-rule.safetensors')).toBe(true);
  });

  it('comes back with the same answers, or is refused by name', { timeout: 120_000 }, async () => {
    const back = (set: Files) => broughtBack(setOf(set), packing.platform, DEVICE);
    if (ONE_WAY.has(name)) {
      expect(await codeOf(back(files))).toBe('model/import-one-way');
      return;
    }
    const { network, isHeld } = await back(files);
    expect(isHeld).toBe(true);
    expect(network.labels).toEqual(packing.input.labels);
    const { pixels, expected } = await asked(packing);
    const { difference, others } = apart(await answersOf(network, pixels), expected, 2e-4);
    expect(difference).toBeLessThan(1e-4);
    expect(others).toBe(0);

    // Without its proof nothing is claimed; of one that is not whole nothing is taken.
    const bare = new Map([...files].filter(([path]) => !path.startsWith('proof/')));
    expect((await back(bare)).isHeld).toBe(false);
    const [picture] = sheetOf(files).pictures;
    const torn = new Map([...files].filter(([path]) => path !== `proof/${picture}`));
    expect(await codeOf(back(torn))).toBe('model/import-changed');

    // A number that changed on the way is in no header: the proof that came along finds it.
    const [path, bytes] = [...files].find(([each]) => HOLDS_NUMBERS.test(each)) ?? [];
    if (path === undefined || bytes === undefined) return;
    const spoilt = bytes.slice();
    new DataView(spoilt.buffer).setFloat32(spoilt.length - 4, 30, true);
    expect(await codeOf(back(new Map([...files, [path, spoilt]])))).toBe('model/import-changed');
  });

  const read = NODE_READERS[name];
  if (read === undefined) return;

  it('gives Mien’s probabilities', { timeout: 120_000 }, async () => {
    const { pixels, expected } = await asked(packing);
    const { files: claims, size } = sheetOf(files);
    for (const { file, tolerance, probabilities } of claims) {
      const got = await read(files, file, pixels, [PICTURES, size]);
      const { difference, others } = apart(got, probabilities ?? expected, 2 * tolerance);
      expect(difference, file).toBeLessThan(tolerance);
      expect(others, file).toBe(0);
      // Nobody's answer hangs on who else is asked about.
      const length = pixels.length / PICTURES;
      const alone = await read(files, file, pixels.slice(5 * length, 6 * length), [1, size]);
      expect(apart(alone, [got[5] ?? []]).difference, file).toBeLessThan(1e-5);
    }
    shows(`exporter ${name} writes what its format's own library loads, with the same answers`);
  });
});

describe('an ONNX file', () => {
  let files: Files;
  const aloneWith = (path: string) =>
    broughtBack(
      [{ path: 'download.onnx', open: () => Promise.resolve(memorySource(files.get(path)!)) }],
      packing.platform,
      DEVICE,
    );

  beforeAll(async () => {
    files = await filesOf(packing, 'onnx');
  }, 120_000);

  it.each([
    ['model.onnx', 1e-4],
    ['model.uint8-input.onnx', 1e-4],
    ['model.float16.onnx', 1e-2],
  ])('%s comes back alone, by what it says of itself', { timeout: 120_000 }, async (path, tolerance) => {
    const { network, isHeld, notes } = await aloneWith(path);
    expect(isHeld).toBe(false);
    expect(network.labels).toEqual(packing.input.labels);
    expect(notes.join(' ')).toContain('keep batchNorm at “inference”');
    const { pixels, expected } = await asked(packing);
    const { difference, others } = apart(await answersOf(network, pixels), expected, 2 * tolerance);
    expect(difference).toBeLessThan(tolerance);
    expect(others).toBe(0);
  });

  it('whose halves travel with their proof is held to what halves answer', async () => {
    const halves = new Map(
      [...files].filter(([path]) => !path.endsWith('.onnx') || path.includes('float16')),
    );
    const { isHeld, notes } = await broughtBack(setOf(halves), packing.platform, DEVICE);
    expect(isHeld).toBe(true);
    expect(notes.join(' ')).toContain('rounded to float16');
  });

  it('of rounded bytes, and one of another program, are refused with the reason', async () => {
    expect(await codeOf(aloneWith('model.int8.onnx'))).toBe('model/weights-dtype');
    const bytes = new Map([...files].filter(([path]) => !path.endsWith('.onnx') || path.includes('.int8')));
    await expect(broughtBack(setOf(bytes), packing.platform, DEVICE)).rejects.toThrow(/rounded to int8/u);
    const others = Uint8Array.from(files.get('model.onnx') ?? []);
    others.set(new TextEncoder().encode('Mine'), 4);
    const renamed = [{ path: 'model.onnx', open: () => Promise.resolve(memorySource(others)) }];
    await expect(broughtBack(renamed, packing.platform, DEVICE)).rejects.toThrow(/of another program/u);
  });
});

/** What a network that came back says of pictures. */
async function answersOf(network: KeptNetwork, pixels: Float32Array<ArrayBuffer>): Promise<number[][]> {
  const model = await rebuildNetwork(network, packing.platform);
  const { size } = network.result.recipe.image;
  const rows = tf.tidy(() => {
    const values = preprocess(pixels, network.preprocessing);
    return (model.predict(tf.tensor(values, [PICTURES, size, size, 3])) as tf.Tensor2D).arraySync();
  });
  model.dispose();
  return rows;
}

describe.each(papers.map(({ entry }) => entry))('$name', (entry) => {
  const text = (files: Files, path: string): string => new TextDecoder().decode(files.get(path));

  it('has the run’s figures and charts, and no network', async () => {
    const files = await filesOf(packing, entry.name);
    expect([...files.keys()].sort()).toEqual(['README.md', 'labels.json', 'mien.json', ...PAPERS].sort());
    const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeGreaterThan(0.5 * entry.bytesBeside);
    expect(bytes).toBeLessThan(1.5 * entry.bytesBeside);
    const { history, test, labels } = packing.input;
    const [heads, ...epochs] = text(files, 'papers/history.csv').trim().split('\n');
    expect(heads).toBe('phase,epoch,loss,accuracy,valLoss,valAccuracy,learningRate,seconds');
    expect(epochs).toEqual(history.map(({ phaseIndex: _, ...line }) => Object.values(line).join(',')));
    const matrix = text(files, 'papers/confusion-matrix.csv').trim().split('\n').slice(1);
    expect(matrix).toEqual(test?.confusionMatrix.map((row, truth) => [labels[truth], ...row].join(',')));
    const evaluation = JSON.parse(text(files, 'papers/evaluation.json')) as {
      reliability: { count: number }[];
    };
    const counted = evaluation.reliability.reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(test?.rows.length);
  });

  it.each(['curves', 'confusion-matrix', 'calibration'])('draws %s alike as SVG and as PNG', async (name) => {
    const files = await filesOf(packing, entry.name);
    const png = sharp(files.get(`papers/${name}.png`));
    const { width, height } = await png.metadata();
    const svg = text(files, `papers/${name}.svg`);
    expect(svg).toContain(`width="${width / 2}" height="${height / 2}"`);
    const inked = (await png.greyscale().stats()).channels[0];
    expect(inked?.min).toBeLessThan(60);
    expect(inked?.mean).toBeGreaterThan(150);
    for (const word of WORDS[name] ?? []) expect(svg).toContain(`>${word}<`);
  });
});

const WORDS: Readonly<Record<string, readonly string[]>> = {
  curves: ['Loss', 'Accuracy', 'train', 'validation'],
  'confusion-matrix': ['anger', 'happy'],
  calibration: ['Calibration', 'how sure it was'],
};
