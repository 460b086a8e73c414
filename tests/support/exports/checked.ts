/**
 * Exports in the hands of those who get them: each one's own checker, run by the libraries of its users, finds that its
 * files do what Mien's network does, on 64 pictures; and says so when they do not. Needs KERAS_PYTHON
 * (tools/setup/keras.ts).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
} from './networks.ts';
import { shows } from '../shows.ts';

const PYTHON = process.env['KERAS_PYTHON'] ?? 'python3';
const SCRIPT = fileURLToPath(new URL('checkers.py', import.meta.url));
const WRONG = 'wrong';

/** The checkers' lines, by folder. */
function checked(folders: readonly string[]): ReadonlyMap<string, string[]> {
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

/** Changes one probability of one picture in the proof of an export. */
function makeWrong(folder: string): void {
  const proof = join(folder, 'proof/proof.json');
  const sheet = JSON.parse(readFileSync(proof, 'utf8')) as { probabilities: number[][] };
  sheet.probabilities[5]![2]! += 0.01;
  writeFileSync(proof, JSON.stringify(sheet));
}

/** Tests that write networks in some formats and have each checked by what reads it. */
export function holdExports(
  networks: readonly (readonly [backbone: string, size: number, Training])[],
  formats: readonly string[],
): void {
  const folder = mkdtempSync(join(tmpdir(), 'mien-exports-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const folderOf = (network: string, format: string): string => join(folder, network, format);
  const sheets = new Map<string, ProofSheet>();
  let lines: ReadonlyMap<string, string[]> = new Map();

  beforeAll(async () => {
    for (const [name, size, training] of networks) {
      const options = name === 'mobilenetv2' ? { alpha: 0.35 } : {};
      const packing = await trainedNetwork({ name, ...options, weights: 'random' }, size, training);
      const { expected } = await asked(packing);
      for (const format of formats) {
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
    for (const format of formats) {
      cpSync(folderOf(networks[0]?.[0] ?? '', format), folderOf(WRONG, format), { recursive: true });
      makeWrong(folderOf(WRONG, format));
    }
    lines = checked([...sheets.keys(), ...formats.map((format) => folderOf(WRONG, format))]);
    // TensorFlow and PyTorch are loaded, whatever else the machine has to do.
  }, 1_800_000);

  describe.each(networks)('%s at %i, trained %s', (name) => {
    it.each(formats)('as %s is what Mien’s network is', (format) => {
      const path = folderOf(name, format);
      const said = lines.get(path) ?? [];
      const sheet = sheets.get(path);
      expect(sheet?.files.length).toBeGreaterThan(0);
      for (const { file, takes } of sheet?.files ?? []) {
        const agrees = said.some((line) => line.startsWith(`${file} agrees: `));
        expect(agrees, `${file} (${takes}): ${said.join('\n')}`).toBe(true);
      }
      if (format === 'onnx') expectSound(said);
      shows(`exporter ${format} writes what its format's own library loads, with the same answers`);
    });
  });

  it.each(formats)('as %s is checked by a program that can say no', (format) => {
    const said = (lines.get(folderOf(WRONG, format)) ?? []).join('\n');
    expect(said).toMatch(/does NOT agree/);
    expect(said).toContain("Ended: The files do not do what Mien's network did.");
  });
}

/** Each file of the ONNX export passes the format's full check, every shape inferred, for any number of pictures. */
function expectSound(said: readonly string[]): void {
  const sound = said.filter((line) => line.includes(' is sound: '));
  expect(sound).toHaveLength(4);
  for (const line of sound) expect(line).toMatch(/opset 17, IR 8, first axis batch, 0 values without/);
}
