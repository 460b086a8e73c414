/**
 * The folder of a study: what is planned in `study.json`, a folder for each run, and which of them are whole. A run is
 * written beside and moved into its place when all of it is there, so that a killed study has no half of one.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, sameText } from '../../src/lib/json.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { parseRecipe, type Recipe } from '../../src/protocol/recipe/recipe.ts';
import type { RungResult } from '../../src/protocol/runs/bracket.ts';
import type { HistoryLine } from '../../src/exporters/record/figures.ts';
import { parseStudy, type Study } from '../../src/protocol/runs/study.ts';
import { writeJson } from '../train/write-run.ts';

/** What is carried out, complete: the base as a recipe. */
export interface Plan {
  readonly study: Study;
  readonly base: Recipe;
}

/** How a run of a study went. */
export interface StudyRun {
  /** Pictures whose frozen part was computed for it; 0 where all was there from runs before it. */
  readonly frozenPictures: number;
  /** Why it has no network. */
  readonly failure: string | null;
  /** Whether it was ended early, as others were better. */
  readonly endedEarly?: boolean;
}

/** A run that was carried to a rung of a study's bracket. */
export interface RungDone extends RungResult {
  readonly history: readonly HistoryLine[];
  readonly frozenPictures: number;
}

export class StudyFolder {
  constructor(readonly path: string) {}

  /** @throws StudioError `recipe/study-missing` */
  async read(): Promise<Plan> {
    const text = await orNull(readFile(join(this.path, 'study.json'), 'utf8'));
    const value = (text === null ? undefined : parseJson(text)) as
      | Partial<Record<keyof Plan, unknown>>
      | null
      | undefined;
    if (value == null) {
      throw new StudioError({
        code: 'recipe/study-missing',
        message: `The folder of a study was expected, with study.json in it; ${this.path} has none.`,
        hint: 'Give the folder that --out named.',
      });
    }
    return { study: parseStudy(value.study), base: parseRecipe(value.base) };
  }

  /**
   * Begins a study, or goes on with the same one.
   *
   * @throws StudioError `recipe/other-study`
   */
  async begin(plan: Plan, mayGoOn: boolean): Promise<void> {
    const there = await orNull(this.read());
    if (there === null) {
      await mkdir(join(this.path, 'runs'), { recursive: true });
      await writeJson(this.path, 'study.json', plan);
      return;
    }
    const isSame = sameText([there.study, there.base]) === sameText([plan.study, plan.base]);
    if (isSame && mayGoOn) return;
    throw new StudioError({
      code: 'recipe/other-study',
      message: `A folder for this study was expected; ${this.path} has ${isSame ? 'it already' : `another, “${there.study.name}”`}.`,
      hint: isSame ? 'Go on with it by --resume, or give another folder.' : 'Give another folder.',
    });
  }

  of(name: string): string {
    return join(this.path, 'runs', name);
  }

  /** How a run went; null for one that is still to be done. */
  async done(name: string): Promise<StudyRun | null> {
    const text = await orNull(readFile(join(this.of(name), 'study-run.json'), 'utf8'));
    return text === null ? null : ((parseJson(text) ?? null) as StudyRun | null);
  }

  /** Has a run written into a folder, and puts it into its place. */
  async put(name: string, how: StudyRun, write: (folder: string) => Promise<void>): Promise<void> {
    const part = join(this.path, 'runs', `.${name}-${process.pid.toString()}`);
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    await write(part);
    await writeJson(part, 'study-run.json', how);
    await rm(this.of(name), { recursive: true, force: true });
    await rename(part, this.of(name));
  }

  /** A JSON file of a run; null where it has none. */
  async json(name: string, file: string): Promise<unknown> {
    const text = await orNull(readFile(join(this.of(name), file), 'utf8'));
    return text === null ? null : (parseJson(text) ?? null);
  }

  /** What a study that ends runs early has done so far, in order. */
  async rungs(): Promise<readonly RungDone[]> {
    const text = await orNull(readFile(join(this.path, 'bracket.json'), 'utf8'));
    return text === null ? [] : ((parseJson(text) as readonly RungDone[] | null) ?? []);
  }

  /** Notes all that was done; a killed study finds the list before it, or this. */
  async putRungs(rungs: readonly RungDone[]): Promise<void> {
    await writeJson(this.path, '.bracket.json', rungs);
    await rename(join(this.path, '.bracket.json'), join(this.path, 'bracket.json'));
  }

  async writeText(file: string, text: string): Promise<void> {
    await writeFile(join(this.path, file), text);
  }
}

/** Null for what is not there. */
async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'recipe/study-missing'].includes(String(error.code))
    )
      return null;
    throw error;
  }
}
