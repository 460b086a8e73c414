/** The headless command as a process: how it ends on bad recipes and bad input, before anything is trained. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { StudioError, type ErrorCode } from '../../src/protocol/errors.ts';
import { hashBytes } from '../../src/lib/bytes/hash.ts';
import { exitCodeOf } from '../../tools/train/carry-out.ts';
import type { Recipe } from '../../src/protocol/recipe/recipe.ts';
import { runCommand } from '../support/command.ts';
import { tinyRecipe } from '../support/session.ts';
import { startTestHub } from '../support/sets/local-hub.ts';
import { greyPicture } from '../unit/data/test-recipe.ts';

// Each test starts a process of its own.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-train-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function recipeFile(name: string, recipe: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof recipe === 'string' ? recipe : JSON.stringify(recipe));
  return path;
}

/** Trains, or says why not, by a recipe that asks for what is not there. */
const trainBad = (path: string): ReturnType<typeof runCommand> =>
  runCommand('train', path, '--out', join(folder, 'bad'), '--backend', 'wasm');

describe('npm run train', () => {
  it.concurrent('ends with 2 for a bad recipe and names the field', async ({ expect }) => {
    const path = await recipeFile('bad.json', { ...(await tinyRecipe()), batchSize: 'many' });
    const { code, error } = await trainBad(path);
    expect(error).toContain('batchSize');
    expect(error).toContain('(recipe/invalid)');
    expect(code).toBe(2);
  });

  it.concurrent('knows its formats before it trains', async ({ expect }) => {
    const path = await recipeFile('formats.json', await tinyRecipe());
    const { code, error, out } = await runCommand(
      'train',
      path,
      '--out',
      join(folder, 'formats'),
      '--export',
      'onxx',
    );
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain('Came: onxx.');
    for (const { entry } of EXPORTERS) expect(error).toContain(`${entry.name.padEnd(13)}${entry.help}`);
  });

  it.concurrent('says before anything is opened what can be written nowhere', async ({ expect }) => {
    const path = await recipeFile('nowhere.json', await tinyRecipe());
    // A file stands where the folder should be.
    const taken = await runCommand('train', path, '--out', path, '--backend', 'wasm');
    expect([taken.code, taken.error]).toEqual([2, expect.stringContaining('(recipe/out-not-writable)')]);
    expect(taken.out).toBe('');
  });

  it.concurrent('ends with 2 for weights that are none', async ({ expect }) => {
    await mkdir(join(folder, 'weights'));
    await writeFile(join(folder, 'weights', 'w.h5'), '<!doctype html><title>404</title>');
    const backbone = { name: 'mobilenetv2', weights: { file: 'weights' } };
    const path = await recipeFile('weights.json', { ...(await tinyRecipe()), backbone });
    const { code, error } = await trainBad(path);
    expect([code, error]).toEqual([2, expect.stringContaining('w.h5 is a web page')]);
  });

  it.concurrent('ends with 2 for starter weights of another network, and names that they are for', async ({
    expect,
  }) => {
    const backbone = { name: 'mobilenetv2', alpha: 1, weights: 'starter' } as const;
    const path = await recipeFile('alpha.json', { ...(await tinyRecipe()), backbone });
    const { code, error } = await trainBad(path);
    expect(error).toContain('Starter weights are shipped for mobilenetv2 {"alpha":0.35}');
    expect(error).toContain('(model/weights-no-starter)');
    expect(code).toBe(2);
  });

  it.concurrent('ends with 2 for weights at an address where nothing is', async ({ expect }) => {
    const hub = await startTestHub();
    const file = `${hub.origin}/datasets/classroom/faces/resolve/main/weights.safetensors`;
    const backbone = { name: 'mobilenetv2', alpha: 0.35, weights: { file } };
    const path = await recipeFile('nothing-there.json', { ...(await tinyRecipe()), backbone });
    const { code, error } = await trainBad(path);
    await hub.close();
    expect(error).toContain(`${file.replace('http://', '')} was asked for; it answered 404`);
    expect(error).toContain('(net/not-found)');
    expect(code).toBe(2);
  });

  it('counts bad input as the user’s, and all else as not', ({ expect }) => {
    const code = (of: string) =>
      exitCodeOf(new StudioError({ code: of as ErrorCode, message: 'It went wrong.', hint: 'None.' }));
    const bad = ['model/weights-no-starter', 'model/weights-shape', 'net/not-found', 'export/unknown-format'];
    expect(bad.map(code)).toEqual([2, 2, 2, 2]);
    expect(['net/unreachable', 'train/not-finite', 'bug/unexpected'].map(code)).toEqual([1, 1, 1]);
  });

  it.concurrent('ends with 2 for a recipe that is no JSON', async ({ expect }) => {
    const path = await recipeFile('broken.json', '{ "dataset": ');
    const { code, error } = await runCommand('train', path, '--out', join(folder, 'bad'));
    expect(error).toContain('(recipe/not-json)');
    expect(code).toBe(2);
  });

  it.concurrent('ends with 2 for a Parquet file that is none', async ({ expect }) => {
    await writeFile(join(folder, 'cat.parquet'), 'This is not Parquet, it only says so. '.repeat(20));
    const path = await recipeFile(
      'parquet.json',
      await tinyRecipe({ dataset: { source: 'parquet', path: 'cat.parquet' } }),
    );
    const { code, error } = await trainBad(path);
    expect(error).toContain('(data/not-parquet)');
    expect(code).toBe(2);
  });

  it.concurrent('works on the set as a file of edits has it, and refuses another', async ({ expect }) => {
    const picture = await greyPicture(7);
    const [file, added] = [hashBytes(picture), Buffer.from(picture).toString('base64')];
    const edits = await recipeFile('edits.json', {
      mien: 'edits',
      edits: [
        { do: 'rename', class: 'happy', to: 'Glad' },
        { do: 'rename', class: 'anger', to: 'Glad' },
        { do: 'leaveOutClass', class: 'fear' },
        { do: 'add', pictures: [{ file, path: 'shot.png', to: 'grey' }] },
      ],
      pictures: { [file]: added },
    });
    const recipe = await tinyRecipe({ dataset: { source: 'sample', pictures: 160 } });
    const path = await recipeFile('edited-set.json', recipe);
    const where = ['--out', join(folder, 'edited'), '--backend', 'wasm'];
    const { code, out, error } = await runCommand('train', path, ...where, '--edits', edits);
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(
      /7 classes, .* 4 edits by you: “happy” is “Glad”, .* “fear” is left out, 20 left out, 1 added\./,
    );
    const read = async (name: string): Promise<Record<string, unknown>> =>
      JSON.parse(await readFile(join(folder, 'edited', name), 'utf8')) as Record<string, unknown>;
    const evaluation = await read('evaluation.json');
    expect(evaluation['labels']).toEqual(expect.arrayContaining(['Glad', 'grey']));
    expect(evaluation['labels']).not.toEqual(expect.arrayContaining(['fear']));
    const written = (await read('run.json')) as { edits: object; recipe: Recipe };
    expect(written.edits).toMatchObject({ count: 4, added: 1, classesLeftOut: ['fear'] });
    expect(written.recipe.dataset.edits).toMatchObject({ count: 4 });

    // The recipe of that run names its list: another one is not it, and what is no list is none.
    const named = await recipeFile('named.json', written.recipe);
    const other = { mien: 'edits', edits: [{ do: 'leaveOutClass', class: 'fear' }] };
    const wrong = await runCommand(
      'train',
      named,
      ...where,
      '--edits',
      await recipeFile('other.json', other),
    );
    expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining('(recipe/other-edits)')]);
    const none = await runCommand('train', path, ...where, '--edits', path);
    expect([none.code, none.error]).toEqual([2, expect.stringContaining('(data/not-edits)')]);
  });
});
