/** Carries recipes out with the engine, as `npm run train` does, and takes its times. */
import { RunControl } from '../../../src/training/control.ts';
import { Session } from '../../../src/engine/session.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { Backend } from '../../../src/protocol/device.ts';
import type { RunEvent, RunResult } from '../../../src/protocol/events.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { wasmInNode } from '../../train/backends.ts';

/**
 * A session on `backend`.
 *
 * @param threads that compute on wasm, by default one: stock tfjs has no more in Node
 */
export async function startSession(backend: Backend, threads: number | undefined = 1): Promise<Session> {
  const session = new Session(createPlatform({ baseFolder: process.cwd() }), wasmInNode(threads));
  await session.chooseDevice(backend);
  return session;
}

/** Runs a recipe to its end; events can be listened to. */
export function runRecipe(
  session: Session,
  recipe: Recipe,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<RunResult> {
  return session.train(recipe, { control: new RunControl(), emit: onEvent });
}

/** Seconds of all phases: filling caches, steps, validation. Opening the set and loading weights are left out. */
export function phaseSeconds({ secondsByStage }: RunResult): number {
  return Object.entries(secondsByStage).reduce(
    (sum, [stage, seconds]) => (stage.startsWith('phase ') ? sum + seconds : sum),
    0,
  );
}

/** Seconds of each epoch of a phase, from 0. */
export const epochSeconds = ({ history }: RunResult, phaseIndex: number): number[] =>
  history.filter((record) => record.phaseIndex === phaseIndex).map(({ seconds }) => seconds);
