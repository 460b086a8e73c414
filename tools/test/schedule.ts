/** Owns which stage begins when: as many at a time as there are places, and none before what it needs. */

/** What the schedule has to know of a stage. */
export interface Scheduled {
  readonly name: string;
  /** How many of the places it takes, one a core that it keeps at work; all of them is to be alone. */
  readonly places: number;
  /** Names of stages that end before it begins. What is not on the list is not waited for. */
  readonly after: readonly string[];
}

/**
 * Carries stages out in their order. One for which there is no room holds up those behind it, or it might never get any;
 * one that waits for another stage does not.
 *
 * @param places what stages at a time take together, at most; one that takes more is alone
 * @param carryOut resolves when a stage has ended, however it went
 */
export async function inPlaces<Stage extends Scheduled>(
  stages: readonly Stage[],
  places: number,
  carryOut: (stage: Stage) => Promise<void>,
): Promise<void> {
  const waiting = [...stages];
  const running = new Map<Stage, Promise<void>>();
  const isOpen = (name: string): boolean =>
    [...waiting, ...running.keys()].some((stage) => stage.name === name);
  const taken = (): number => [...running.keys()].reduce((sum, stage) => sum + stage.places, 0);
  const startNext = (): boolean => {
    const next = waiting.find(({ after }) => !after.some(isOpen));
    if (next === undefined || (running.size > 0 && taken() + next.places > places)) return false;
    waiting.splice(waiting.indexOf(next), 1);
    running.set(
      next,
      carryOut(next).finally(() => running.delete(next)),
    );
    return true;
  };
  for (;;) {
    while (startNext());
    if (running.size === 0) return;
    await Promise.race(running.values());
  }
}
