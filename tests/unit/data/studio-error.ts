/** What the data tests share: catching the StudioError that an action must end in. */
import { StudioError } from '../../../src/protocol/errors.ts';

/** The StudioError that the action throws; anything else that it does fails the test. */
export async function errorOf(action: () => unknown): Promise<StudioError> {
  try {
    await action();
  } catch (thrown) {
    if (thrown instanceof StudioError) return thrown;
    throw thrown;
  }
  throw new Error('expected a StudioError, and nothing was thrown');
}
