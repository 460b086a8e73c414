/** A run that waits: it is broken off after so many epochs, to go on from its checkpoint when it is wanted again. */
import type { RunEvent } from '../../protocol/events.ts';
import type { RunControl } from '../../training/control.ts';

interface Heard {
  readonly control: RunControl;
  readonly emit: (event: RunEvent) => void;
}

/**
 * What hears a run in the place of `emit`.
 *
 * @param epochs of all phases, those before it was taken up again counted
 */
export function waitingAfter(epochs: number, { control, emit }: Heard): Heard['emit'] {
  let done = 0;
  return (event) => {
    emit(event);
    if (event.kind === 'resumed') done = event.history.length;
    if (event.kind === 'epoch') done += 1;
    // What an epoch came to is handed over to be stored before it is told.
    if ((event.kind === 'resumed' || event.kind === 'epoch') && done >= epochs) control.cancel();
  };
}
