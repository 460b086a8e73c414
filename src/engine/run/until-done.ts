/** Carries a run to its end: from a checkpoint where it is to go on, and again from the last when the GPU goes away. */
import { newId } from '../../lib/new-id.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError, type WireError } from '../../protocol/errors.ts';
import type { RunEvent, RunResult } from '../../protocol/events.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { RunControl } from '../../training/control.ts';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.ts';
import type { Checkpoint, PickedNames } from '../checkpoints/checkpoint.ts';
import type { Device } from '../device/device.ts';
import { ownedNameOf, runToResume } from '../checkpoints/resumable.ts';

/** How often in one run a GPU may go away before another device is the better advice. */
const MOST_LOSSES = 3;

/** What one try goes on from, and where its epochs are kept. */
export interface Attempt {
  readonly from: Checkpoint | null;
  readonly keeper: CheckpointKeeper;
}

/** The same for a run that knows what was picked on the page. */
export interface RunCheckpoints extends Attempt {
  readonly picked: PickedNames;
}

/** Where a run goes on: its device may be another with each try. */
interface Where {
  readonly platform: Pick<Platform, 'openStore' | 'owned'>;
  readonly device: Device | null;
}

const lossIn = ({ device }: Where): string | null => device?.loss ?? null;

interface Options {
  readonly control: RunControl;
  readonly emit: (event: RunEvent) => void;
  /** The run to go on with. */
  readonly resume?: string;
}

/**
 * Calls `attempt` until it ends otherwise than by a lost GPU.
 *
 * @throws StudioError `gpu/lost` when that happens too often, `train/no-checkpoint`, `train/elsewhere`, and what `attempt` throws
 */
export async function untilDone(
  where: Where,
  recipe: FullRecipe,
  options: Options,
  attempt: (checkpoints: Attempt) => Promise<RunResult>,
): Promise<RunResult> {
  const runId = options.resume ?? newId();
  const carryOut = (): Promise<RunResult> => tryUntilDone(where, recipe, { ...options, runId }, attempt);
  return where.platform.owned.alone(ownedNameOf(runId), carryOut, () => {
    throw new StudioError({
      code: 'train/elsewhere',
      message: 'A run was to go on here; it goes on in another tab already.',
      hint: 'Close it there first, or train from the start.',
    });
  });
}

async function tryUntilDone(
  where: Where,
  recipe: FullRecipe,
  { control, emit, resume, runId }: Options & { readonly runId: string },
  attempt: (checkpoints: Attempt) => Promise<RunResult>,
): Promise<RunResult> {
  const store = where.platform.openStore('checkpoints');
  let from = resume === undefined ? null : await runToResume(store, resume, recipe);
  const keeper = new CheckpointKeeper(runId, store, {
    isLost: () => lossIn(where) !== null,
    onTrouble: (notice) => {
      emit({ kind: 'notice', of: 'run', notice: notice.toWire() });
    },
  });
  for (let losses = 1; ; losses++) {
    try {
      return await attempt({ from, keeper });
    } catch (error) {
      // What was handed over last may still be on its way to the store; it is what the run goes on from.
      await keeper.settled();
      // Reads that a lost device drops end in an AbortError too: only the user's own cancelling counts.
      if (control.signal.aborted) throw error;
      const reason = lossIn(where);
      if (reason === null || losses > MOST_LOSSES) {
        if (isNotFinite(error)) await keeper.failed(error);
        throw where.device?.lossOr(error) ?? error;
      }
      emit({ kind: 'deviceLost', reason });
      from = (await keeper.latest()) ?? from;
      const how = from === null ? 'began anew' : 'went on from its last checkpoint';
      emit({ kind: 'notice', of: 'run', notice: goesOn(reason, how) });
      if (from === null) emit({ kind: 'resumed', history: [], ended: [] });
    }
  }
}

/** The same recipe would come to the same end from any of its checkpoints. */
function isNotFinite(error: unknown): error is StudioError {
  return error instanceof StudioError && error.code.startsWith('train/not-finite');
}

/** What is said of a GPU that came back. */
function goesOn(reason: string, how: string): WireError {
  return new StudioError({
    code: 'gpu/lost',
    message: `The GPU went away (${reason}); the run ${how}.`,
    hint: 'If it goes away again and again, choose another device.',
  }).toWire();
}

/** Does a stage's work, unless it is not wanted any more, and notes the seconds it took, without pauses. */
export function timedInto(seconds: Record<string, number>, control: RunControl) {
  return async <Value>(stage: string, work: () => Promise<Value>): Promise<Value> => {
    // Before, not after: what it gives may have to be disposed.
    control.signal.throwIfAborted();
    const startMs = control.workedMs;
    const value = await work();
    seconds[stage] = (control.workedMs - startMs) / 1000;
    return value;
  };
}

/** Hands all events over as they come; gives what comes at the end. */
export async function drained<Output>(
  events: AsyncGenerator<RunEvent, Output>,
  emit: (event: RunEvent) => void,
): Promise<Output> {
  let next = await events.next();
  for (; next.done !== true; next = await events.next()) emit(next.value);
  return next.value;
}
