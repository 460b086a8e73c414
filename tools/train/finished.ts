/** What a headless run leaves to be written. */
import type { Session } from '../../src/engine/session.ts';
import type { DatasetSummary } from '../../src/protocol/set/dataset.ts';
import type { RunResult } from '../../src/protocol/events.ts';

/** A run that has ended, and the session that still has its network. */
export interface Finished {
  readonly session: Session;
  readonly result: RunResult;
  readonly dataset: DatasetSummary;
}
