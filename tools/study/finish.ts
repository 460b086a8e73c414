/** What ends a study: runs are chosen and asked about their test pictures, and the tables are written from what lies in the folder. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import { writeRunFile } from '../../src/engine/kept/run-file/write.ts';
import { evaluatePart } from '../../src/engine/predict/ask-rows.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import type { Session } from '../../src/engine/session.ts';
import { evaluationRecord } from '../../src/exporters/record/figures.ts';
import { classificationReport } from '../../src/lib/figures/classification-report.ts';
import type { PlannedRun, Study } from '../../src/protocol/runs/study.ts';
import { chosenOf, studyTables, type RunFigures } from '../../src/protocol/runs/study-figures.ts';
import { answeringOf } from '../../src/engine/predict/answering.ts';
import { withHub } from '../train/access.ts';
import { writeJson } from '../train/write-run.ts';
import type { StudyFolder } from './folder.ts';
import { writeReport } from './report.ts';

interface Finishing {
  readonly study: Study;
  readonly folder: StudyFolder;
  readonly session: Session;
  readonly hub: string | null;
}

/** Those that were carried out and have a network, by what they show on their validation pictures. */
export async function finishStudy(
  runs: readonly PlannedRun[],
  finishing: Finishing,
): Promise<readonly RunFigures[]> {
  const { study, folder } = finishing;
  const figures: RunFigures[] = [];
  for (const run of runs) {
    const known = await figuresOf(run, folder);
    if (known !== null) figures.push(known);
  }
  const chosen = chosenOf(figures, study);
  for (const { run } of chosen.filter(({ test }) => test === null)) await askTest(run, finishing);
  const names = new Set(chosen.map(({ run }) => run.name));
  const all: RunFigures[] = [];
  for (const { run } of figures) {
    const known = await figuresOf(run, folder);
    if (known !== null) all.push({ ...known, isChosen: names.has(run.name) });
  }
  await writeTables(all, finishing);
  return all;
}

async function writeTables(figures: readonly RunFigures[], { study, folder }: Finishing): Promise<void> {
  const tables = studyTables(study, figures);
  await folder.writeText('table.csv', tables.csv);
  await folder.writeText('table.md', tables.markdown);
  await writeReport(figures, tables, folder);
}

interface Figures {
  readonly loss: number;
  readonly accuracy: number;
}

interface TestFigures {
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly macroF1: number;
  readonly interval: readonly [number, number];
}

/** Null for one that is still to be done. */
async function figuresOf(run: PlannedRun, folder: StudyFolder): Promise<RunFigures | null> {
  const how = await folder.done(run.name);
  if (how === null) return null;
  const validation = (await folder.json(run.name, 'validation.json')) as Figures | null;
  const evaluation = (await folder.json(run.name, 'evaluation.json')) as TestFigures | null;
  const history = (await folder.json(run.name, 'history.json')) as readonly unknown[] | null;
  const record = (await folder.json(run.name, 'run.json')) as {
    secondsByStage: Record<string, number>;
  } | null;
  const isTested = evaluation !== null && 'testAccuracy' in evaluation;
  return {
    run,
    epochs: history?.length ?? 0,
    valLoss: validation?.loss ?? null,
    valAccuracy: validation?.accuracy ?? null,
    test: isTested
      ? {
          accuracy: evaluation.testAccuracy,
          loss: evaluation.testLoss,
          macroF1: evaluation.macroF1,
          interval: evaluation.interval,
        }
      : null,
    seconds: Object.values(record?.secondsByStage ?? {}).reduce((sum, seconds) => sum + seconds, 0),
    isChosen: false,
    failure: how.failure,
    endedEarly: how.endedEarly ?? false,
  };
}

/** Asks a run's network about its test pictures, and writes it with what it said. */
async function askTest(run: PlannedRun, { folder, session, hub }: Finishing): Promise<void> {
  const { signal } = new AbortController();
  const path = join(folder.of(run.name), 'run.mien.zip');
  const { runs } = await readRunFile(await session.platform.openPath(path));
  const [kept] = runs;
  if (kept === undefined) return;
  await session.set.open(withHub(run.recipe, hub), { signal, emit: () => undefined });
  const answering = await answeringOf(kept, session.platform);
  const classifier = new Classifier(answering);
  answering.model.dispose();
  const test = await evaluatePart(classifier, session.set.dataset, 'test', signal);
  classifier.dispose();
  const result = { ...kept.record.result, test };
  const tested = { ...kept, record: { ...kept.record, result } };
  const { blob } = await writeRunFile({ runs: [tested], ensembles: [] });
  const into = folder.of(run.name);
  await writeFile(path, blob.stream());
  await writeFile(join(into, 'report.txt'), classificationReport(test.perClass, test.accuracy));
  // Last: what tells that it was asked.
  await writeJson(into, 'evaluation.json', evaluationRecord(result));
}
