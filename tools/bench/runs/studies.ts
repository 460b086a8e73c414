/** Carries studies out as `npm run study` does, each in a store of its own, and takes what they cost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planStudy } from '../../../src/engine/studies/plan.ts';
import { Session } from '../../../src/engine/session.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { parseStudy, type Study } from '../../../src/protocol/runs/study.ts';
import { carryOutBracket } from '../../study/bracket.ts';
import { carryOutRun, type Carrying } from '../../study/carry-out.ts';
import { StudyFolder } from '../../study/folder.ts';
import { finishStudy } from '../../study/finish.ts';
import { wasmInNode } from '../../train/backends.ts';

/** What a study cost, and what it came to. */
export interface StudyCost {
  /** From an empty store to its tables, the device taken before. */
  readonly seconds: number;
  readonly runs: number;
  readonly epochs: number;
  /** Pictures whose frozen part was computed, over all runs. */
  readonly frozenPictures: number;
  /** Of all runs that came to their end. */
  readonly leastValLoss: number;
}

/** @param given a study as its file has it, without base */
export async function studyCost(given: Omit<Study, 'base' | 'name'>, base: unknown): Promise<StudyCost> {
  const recipe = parseRecipe(base);
  const study = parseStudy({ ...given, name: 'Measured', base });
  const path = await mkdtemp(join(tmpdir(), 'mien-bench-study-'));
  try {
    const session = new Session(createPlatform({ dataFolder: join(path, 'store') }), wasmInNode());
    await session.chooseDevice('wasm');
    const cost = await costIn({ study, base: recipe }, new StudyFolder(path), session);
    await session.close();
    return cost;
  } finally {
    await rm(path, { recursive: true });
  }
}

/** The same of runs that share nothing: each in a session and a store of its own. */
export async function apart(given: Omit<Study, 'base' | 'name'>, base: unknown): Promise<StudyCost> {
  const costs: StudyCost[] = [];
  for (const { values } of planStudy(parseStudy({ ...given, name: 'Apart', base }), parseRecipe(base)))
    costs.push(await studyCost({ vary: [values], search: { kind: 'grid' } }, base));
  const sum = (of: (cost: StudyCost) => number): number => costs.reduce((all, cost) => all + of(cost), 0);
  return {
    seconds: sum(({ seconds }) => seconds),
    runs: sum(({ runs }) => runs),
    epochs: sum(({ epochs }) => epochs),
    frozenPictures: sum(({ frozenPictures }) => frozenPictures),
    leastValLoss: Math.min(...costs.map(({ leastValLoss }) => leastValLoss)),
  };
}

interface Planned {
  readonly study: Study;
  readonly base: Recipe;
}

async function costIn({ study, base }: Planned, folder: StudyFolder, session: Session): Promise<StudyCost> {
  const startedMs = performance.now();
  const runs = planStudy(study, base);
  await folder.begin({ study, base }, false);
  const isTested = study.choose === undefined;
  const carrying: Carrying = { session, folder, reporter: silent, hub: null, isTested };
  if (study.search.kind === 'asha') await carryOutBracket(runs, study, study.search, carrying);
  else for (const run of runs) await carryOutRun(run, carrying);
  const figures = await finishStudy(runs, { study, folder, session, hub: null });
  const seconds = (performance.now() - startedMs) / 1000;
  const whole = figures.filter(({ endedEarly }) => !endedEarly);
  const done = await Promise.all(runs.map(({ name }) => folder.done(name)));
  return {
    seconds,
    runs: figures.length,
    epochs: figures.reduce((sum, { epochs }) => sum + epochs, 0),
    frozenPictures: done.reduce((sum, how) => sum + (how?.frozenPictures ?? 0), 0),
    leastValLoss: Math.min(...whole.map(({ valLoss }) => valLoss ?? Infinity)),
  };
}

const silent: Carrying['reporter'] = {
  event: () => undefined,
  exported: () => undefined,
  finished: () => undefined,
  foundRate: () => undefined,
};
