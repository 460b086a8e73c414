/**
 * Exports in the hands of those who get them: each one's own checker, run by real Keras, ONNX Runtime, timm, transformers
 * and torchvision, finds that its files do what Mien's network does, on 64 pictures; and says so when they do not.
 * Needs KERAS_PYTHON (tools/setup/keras.ts).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { PYTHON_READERS } from '../support/export-readers.ts';
import { shows } from '../support/shows.ts';
import {
  apart,
  asked,
  filesOf,
  sheetOf,
  spread,
  trainedNetwork,
  writeFiles,
  type ProofSheet,
  type Training,
} from '../support/exports.ts';

const PYTHON = process.env['KERAS_PYTHON'] ?? 'python3';
const SCRIPT = fileURLToPath(new URL('exports.py', import.meta.url));

/** What the machine has of the libraries that are not asked of everybody (tools/setup/keras.ts says which it has not). */
const LIBRARIES = ['onnx', 'onnxruntime', 'safetensors', 'torch', 'torchvision', 'timm', 'transformers'];
const FIND = `import importlib.util as u; print(*[m for m in '${LIBRARIES.join(' ')}'.split() if u.find_spec(m)])`;
const present = execFileSync(PYTHON, ['-c', FIND], { encoding: 'utf8' }).trim().split(' ');

/** The libraries that a file is read with. */
function needed(format: string, file: string): readonly string[] {
  const [, library] = /\.(timm|transformers|torchvision)\./.exec(file) ?? [];
  if (library !== undefined) return ['safetensors', 'torch', library];
  return format === 'onnx' ? ['onnxruntime'] : format === 'safetensors' ? ['safetensors'] : [];
}

const NETWORKS = [
  ['mobilenetv2', 64, 'inference'],
  ['efficientnetb0', 64, 'batch'],
  ['vgg16', 32, 'head alone'],
] as const satisfies [string, number, Training][];

const folder = mkdtempSync(join(tmpdir(), 'mien-exports-'));
afterAll(() => rmSync(folder, { recursive: true }));

const folderOf = (network: string, format: string): string => join(folder, network, format);

/** The checkers' lines, by folder. */
function checked(folders: readonly string[]): Map<string, string[]> {
  const output = execFileSync(PYTHON, [SCRIPT, ...folders], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of output.split('\n')) {
    if (folders.includes(line)) lines.set(line, (current = []));
    else current.push(line);
  }
  return lines;
}

const sheets = new Map<string, ProofSheet>();
let lines = new Map<string, string[]>();

beforeAll(async () => {
  for (const [name, size, training] of NETWORKS) {
    const options = name === 'mobilenetv2' ? { alpha: 0.35 } : {};
    const packing = await trainedNetwork({ name, ...options, weights: 'random' }, size, training);
    const { expected } = await asked(packing);
    for (const format of PYTHON_READERS) {
      const files = await filesOf(packing, format);
      const sheet = sheetOf(files);
      // The proof holds what the network computes, and pictures that are told apart.
      expect(apart(sheet.probabilities, expected, 2e-4)).toMatchObject({ others: 0 });
      expect(spread(expected)).toBeGreaterThan(0.2);
      sheets.set(folderOf(name, format), sheet);
      writeFiles(folderOf(name, format), files);
    }
    packing.input.model.dispose();
  }
  lines = checked([...sheets.keys()]);
}, 600_000);

describe.each(NETWORKS)('%s at %i, trained %s', (name, _size, _training) => {
  it.each(PYTHON_READERS)('as %s is what Mien’s network is', (format) => {
    const path = folderOf(name, format);
    const said = lines.get(path) ?? [];
    expect(said.join('\n')).not.toContain('NOT agree');
    for (const { file, takes } of sheets.get(path)?.files ?? []) {
      const isReadable = needed(format, file).every((library) => present.includes(library));
      const expected = isReadable ? 'agrees: ' : 'is NOT CHECKED: ';
      expect(
        said.some((line) => line.startsWith(`${file} ${expected}`)),
        `${file} (${takes}): ${said.join('\n')}`,
      ).toBe(true);
    }
    shows(`exporter ${format} writes what its format's own library loads, with the same answers`);
  });

  // Not skipped: a test that was skipped counts as failed.
  if (!present.includes('onnx')) return;
  it('as ONNX passes the format’s full check, every shape inferred, for any number of pictures', () => {
    const sound = (lines.get(folderOf(name, 'onnx')) ?? []).filter((line) => line.includes(' is sound: '));
    expect(sound).toHaveLength(4);
    for (const line of sound) expect(line).toMatch(/opset 17, IR 8, first axis batch, 0 values without/);
  });
});

it('is checked by a program that can say no', () => {
  const wrong = PYTHON_READERS.filter((format) =>
    needed(format, '').every((library) => present.includes(library)),
  ).map((format) => folderOf('mobilenetv2', format));
  for (const path of wrong) {
    const proof = join(path, 'proof/proof.json');
    const sheet = JSON.parse(readFileSync(proof, 'utf8')) as { probabilities: number[][]; files: object[] };
    // One probability of one picture is another one.
    sheet.probabilities[5]![2]! += 0.01;
    writeFileSync(proof, JSON.stringify(sheet));
  }
  for (const [path, said] of checked(wrong)) {
    expect(said.join('\n'), path).toMatch(/does NOT agree/);
    expect(said.join('\n'), path).toContain("Ended: The files do not do what Mien's network did.");
  }
});

it('covers every format that has no reader in Node', () => {
  for (const { entry } of EXPORTERS) {
    if (entry.name !== 'tfjs') expect(PYTHON_READERS).toContain(entry.name);
  }
});
