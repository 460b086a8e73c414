/** How runs join those that are kept without ending here: with the network of another phase, or from an export. */
import { invariant } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/events.ts';
import type { BroughtRun } from '../../protocol/runs/kept.ts';
import type { Brought } from '../network/bring-back.ts';
import { withOtherPhase } from './kept-network.ts';
import type { KeptRuns } from './kept-runs.ts';

/**
 * Has a kept run end with the network of its other phase, in place of the one before.
 *
 * @throws StudioError `export/no-such-run`, `export/no-other-phase`, `storage/…`
 */
export async function takeOtherPhase(kept: KeptRuns, runId: string): Promise<RunResult> {
  const network = await kept.use(runId, (one) => Promise.resolve(withOtherPhase(one)));
  const record = { ...(await kept.record(runId)), result: network.result };
  const { runs } = await kept.list();
  const trouble = await kept.keep(
    { record, network },
    runs.find((run) => run.runId === runId),
  );
  if (trouble !== null) throw trouble;
  return network.result;
}

/** Keeps a network that came as files: of its run there are no curves and no set. */
export async function keepBrought(kept: KeptRuns, { network, isHeld, notes }: Brought): Promise<BroughtRun> {
  const { result } = network;
  const trouble = await kept.keep({ record: { result, ended: [], dataset: null }, network });
  const { runs } = await kept.list();
  const found = runs.find(({ runId }) => runId === result.runId);
  invariant(found !== undefined, trouble?.message ?? 'what was kept is listed');
  return { run: found, isHeld, notes };
}
