/** Kept runs that answer together, kept as a run of their own: how its record is made of theirs, and how the page makes one. */
import { mcnemar, type Compared } from '../../lib/figures/mcnemar.ts';
import { likeliestOf } from '../../lib/figures/sureness.ts';
import { newId } from '../../lib/new-id.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { Evaluation } from '../../protocol/events.ts';
import { setHash } from '../../protocol/identity.ts';
import type { Requests } from '../../protocol/messages.ts';
import { checkMembers, type Weighing } from '../../protocol/runs/ensemble.ts';
import type { KeptRecord, KeptRun } from '../../protocol/runs/kept.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import { answeringOf } from '../predict/answering.ts';
import { Classifier } from '../predict/classifier.ts';
import {
  answersAtTheirEnd,
  askMembers,
  ensembleResult,
  type AskedMember,
  type EnsembleResult,
} from '../predict/ensemble.ts';
import type { Session } from '../session.ts';
import type { SetWork } from '../set/open-set.ts';
import type { EndedRun } from './kept-runs.ts';

/** A run that may be a member, with what it is called. */
export interface NamedRecord {
  readonly record: KeptRecord;
  readonly said: Pick<KeptRun, 'name'>;
}

/**
 * The record of an ensemble: what its members have in common is that of the first; what it took is what all took.
 *
 * @param runs its members, which {@link checkMembers} let pass
 */
export function ensembleRecord(
  runs: readonly NamedRecord[],
  { weights, test, alone }: EnsembleResult,
  { weighing, flip }: { readonly weighing: Weighing; readonly flip: boolean },
): KeptRecord {
  const [first] = runs;
  invariant(first !== undefined, 'an ensemble has members');
  const dataset = setOf(runs.map(({ record }) => record));
  const members = runs.map(({ record: { result }, said }, index) => ({
    runId: result.runId,
    name: said.name === '' ? result.recipe.backbone.name : said.name,
    weight: weights[index] ?? 0,
    testAccuracy: alone[index]?.accuracy ?? 0,
    testLoss: alone[index]?.loss ?? 0,
  }));
  const secondsByStage: Record<string, number> = {};
  for (const { record } of runs)
    for (const [stage, seconds] of Object.entries(record.result.secondsByStage))
      secondsByStage[stage] = (secondsByStage[stage] ?? 0) + seconds;
  const { recipe, device, weights: begun, cachePrecision, simd, cleaning, versions } = first.record.result;
  return {
    result: {
      ...{
        runId: newId(),
        recipe,
        device,
        weights: begun,
        cachePrecision,
        ...(simd && { simd }),
        cleaning,
        versions,
        secondsByStage,
      },
      ...{ history: [], test, sureness: null, kept: null, other: null, stopped: false },
      setHash: dataset.setHash,
    },
    ended: [],
    dataset,
    ensemble: { weights: weighing, flip, members, againstBestAlone: againstBest(test, alone) },
  };
}

/** Of all that any of them has learnt from, the test set aside. */
function setOf(records: readonly KeptRecord[]): DatasetSummary {
  const [first, ...others] = records.flatMap(({ dataset }) => (dataset === null ? [] : [dataset]));
  invariant(first !== undefined, 'the members of an ensemble have their sets');
  const train = new Set(first.split.train);
  for (const { split } of others) for (const row of split.train) train.add(row);
  const split = { ...first.split, train: Uint32Array.from(train) };
  return { ...first, split, setHash: setHash(first.contentHash, split) };
}

/** Whether it is better than its best member by more than chance. */
function againstBest(test: Evaluation, alone: readonly Evaluation[]): Compared {
  const best = alone.reduce((one, other) => (other.accuracy > one.accuracy ? other : one));
  return mcnemar(isRightOf(test), isRightOf(best));
}

const isRightOf = ({ truths, probabilities, labels }: Evaluation): boolean[] =>
  Array.from(
    truths,
    (truth, index) => likeliestOf(probabilities, index * labels.length, labels.length) === truth,
  );

/** Opens the set as a member's recipe prepares it, and has the member answer. @throws StudioError `data/other-set`, `data/…` */
export async function withMember(
  run: EndedRun,
  session: Session,
  { contentHash, recipe, picked, work }: OpenedFor,
  ask: (member: AskedMember) => Promise<void>,
): Promise<void> {
  const opened = await session.set.open(recipe, { ...picked, ...work });
  if (opened.contentHash !== contentHash) throw otherSet();
  const answering = await answeringOf(run, session.platform);
  const classifier = new Classifier(answering);
  answering.model.dispose();
  try {
    await ask({ classifier, dataset: session.set.dataset });
  } finally {
    classifier.dispose();
  }
}

interface OpenedFor {
  /** Of the set that all members were trained on. */
  readonly contentHash: string;
  /** Of the member, its set where it is on this machine. */
  readonly recipe: KeptRecord['result']['recipe'];
  readonly picked: Omit<Requests['makeEnsemble']['input'], 'runIds' | 'weighing' | 'flip'>;
  readonly work: SetWork;
}

/**
 * Has kept runs answer together and keeps what comes of it. Where all were asked about their pictures at their end, no
 * network is asked anew.
 *
 * @throws StudioError `data/ensemble-…`, `export/no-such-run`, `storage/…`, and what opening the set throws; DOMException
 * `AbortError` when cancelled
 */
export async function makeEnsemble(
  session: Session,
  { runIds, weighing, flip, ...picked }: Requests['makeEnsemble']['input'],
  work: SetWork,
): Promise<Requests['makeEnsemble']['output']> {
  const { kept } = session;
  const { runs: listed } = await kept.list();
  const runs = await Promise.all(
    runIds.map(async (runId) => {
      const name = listed.find((run) => run.runId === runId)?.name ?? '';
      return { record: await kept.record(runId), said: { name } };
    }),
  );
  const records = runs.map(({ record }) => record);
  const set = checkMembers(records, weighing);
  const known = flip ? null : answersAtTheirEnd(records, set, weighing);
  const answers =
    known ??
    (await askMembers(
      runs.length,
      async (index, ask) => {
        const record = records[index];
        invariant(record !== undefined, 'each member is one of the runs');
        const { recipe, runId } = record.result;
        const opened = { contentHash: set.contentHash, recipe, picked, work };
        await kept.use(runId, (network) => withMember({ record, network }, session, opened, ask));
      },
      { set, weighing, flip },
      work.signal,
    ));
  const record = ensembleRecord(runs, ensembleResult(answers, set, weighing), { weighing, flip });
  const trouble = await kept.keep({ record, network: null });
  return { runId: record.result.runId, trouble: trouble?.toWire() ?? null };
}

function otherSet(): StudioError {
  return new StudioError({
    code: 'data/other-set',
    message:
      'The set that the runs were trained on was expected; what their recipes name now has other pictures or other labels.',
    hint: 'Open the set that they were trained on; for a command, name it with --set.',
  });
}
