/** Asks a kept run about its test pictures after its end: of a study that chooses, only the chosen one is asked, once. */
import type { RunResult } from '../../protocol/events.ts';
import type { Picked } from '../../protocol/messages.ts';
import { answeringOf } from '../predict/answering.ts';
import { evaluatePart } from '../predict/ask-rows.ts';
import { Classifier } from '../predict/classifier.ts';
import type { Session } from '../session.ts';
import type { SetWork } from '../set/open-set.ts';

/**
 * Opens the run's set, asks, and keeps the run with what it said.
 *
 * @throws StudioError `export/no-such-run`, `data/…`, `storage/…`; DOMException `AbortError` when cancelled
 */
export async function askTest(
  session: Session,
  { runId, ...picked }: { readonly runId: string } & Picked,
  work: SetWork,
): Promise<RunResult> {
  const { kept, platform, set } = session;
  const record = await kept.record(runId);
  await set.open(record.result.recipe, { ...picked, ...work });
  const network = await kept.use(runId, (one) => Promise.resolve(one));
  const answering = await answeringOf({ network }, platform);
  const classifier = new Classifier(answering);
  answering.model.dispose();
  try {
    const test = await evaluatePart(classifier, set.dataset, 'test', work.signal);
    const result = { ...record.result, test };
    const { runs } = await kept.list();
    const said = runs.find((run) => run.runId === runId);
    const trouble = await kept.keep({ record: { ...record, result }, network: { ...network, result } }, said);
    if (trouble !== null) throw trouble;
    return result;
  } finally {
    classifier.dispose();
  }
}
