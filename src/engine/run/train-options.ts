/** What a run is carried out with; among that, that it waits: broken off after so many epochs, to go on when it is wanted again. */
import type { RunEvent } from '../../protocol/events.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { RunControl } from '../../training/control.ts';
import type { SetWork } from '../set/open-set.ts';

/** How a run or a sweep is steered and heard. */
export interface Heard {
  readonly control: RunControl;
  readonly emit: SetWork['emit'];
}

export interface TrainOptions extends Picked, Heard {
  /** The run to go on with, which had the same recipe. */
  readonly resume?: string;
  /** Whether the test pictures are asked at the end; by default they are. */
  readonly isTested?: boolean;
  /** Epochs of all phases after which it is broken off, those before it was taken up again counted; by default none. */
  readonly waitAfter?: number;
}

/** The same options, heard so that the run is broken off when it has come that far. */
export function waiting(options: TrainOptions): TrainOptions {
  const { waitAfter, control, emit } = options;
  if (waitAfter === undefined) return options;
  let done = 0;
  const heard = (event: RunEvent): void => {
    emit(event);
    if (event.kind === 'resumed') done = event.history.length;
    if (event.kind === 'epoch') done += 1;
    // What an epoch came to is handed over to be stored before it is told.
    if ((event.kind === 'resumed' || event.kind === 'epoch') && done >= waitAfter) control.cancel();
  };
  return { ...options, emit: heard };
}
