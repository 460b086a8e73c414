/** What is asked of the engine outside a run: of each thing only the latest answer counts. */
import type { Call, StudioClient } from '../../client/studio-client.ts';
import { asStudioError, isAbort } from '../../protocol/errors.ts';
import { networkKey } from '../../protocol/identity.ts';
import type { RequestKind, Requests } from '../../protocol/messages.ts';
import type { Asked, StudioEvent } from '../reduce/reduce.ts';
import { isActive, type StudioState } from '../state.ts';

/** Classes of a network that is described before its set is known. */
const LEAST_CLASSES = 2;

/** The kind of request that each turns into. */
type AskedRequest = { device: 'chooseDevice'; dataset: 'openDataset'; model: 'describeModel' };

export class Asking {
  readonly #asking = new Map<Asked, { key: string; call: Call<RequestKind> | null }>();

  constructor(
    readonly engine: Pick<StudioClient, 'request'>,
    readonly dispatch: (event: StudioEvent) => void,
    readonly now: () => number,
  ) {}

  /** What the latest is asked again for; undefined where nothing was asked. */
  keyOf(what: Asked): string | undefined {
    return this.#asking.get(what)?.key;
  }

  /** The one under way. */
  callOf(what: Asked): Call<RequestKind> | null {
    return this.#asking.get(what)?.call ?? null;
  }

  /** Has it asked anew, whatever it is asked for. */
  forget(what: Asked): void {
    this.#asking.delete(what);
  }

  /** Gives up what is under way. */
  cancel(what: Asked): void {
    this.callOf(what)?.control('cancel');
    this.forget(what);
  }

  /** Takes what is there for the answer to a key. */
  keep(what: Asked, key: string): void {
    this.#asking.set(what, { key, call: null });
  }

  /** Sends a request of which only the latest answer counts; null when it failed or was overtaken. */
  async ask<What extends Asked>(
    what: What,
    kind: AskedRequest[What],
    input: Requests[AskedRequest[What]]['input'],
    key: string,
    isEdited = false,
  ): Promise<Requests[AskedRequest[What]]['output'] | null> {
    this.callOf(what)?.control('cancel');
    this.dispatch({ kind: 'asked', what, isEdited });
    const call = this.engine.request(kind, input, (event) => {
      if (what === 'dataset') this.dispatch({ kind: 'opening', event, atMs: this.now() });
    });
    const entry: { key: string; call: Call<RequestKind> | null } = { key, call };
    this.#asking.set(what, entry);
    const isLatest = (): boolean => this.#asking.get(what) === entry;
    try {
      const output = await call.result;
      entry.call = null;
      return isLatest() ? output : null;
    } catch (error) {
      if (!isLatest()) return null;
      this.#asking.delete(what);
      this.dispatch(
        isAbort(error)
          ? { kind: 'askDropped', what }
          : { kind: 'askFailed', what, error: asStudioError(error).toWire() },
      );
      return null;
    }
  }

  /** Has a recipe's network described, where it is not the one that was. */
  async describe({ recipe, dataset, run }: StudioState, weightFiles: readonly File[]): Promise<void> {
    if (recipe === null || isActive(run)) return;
    const classes = dataset.value?.labels.length ?? LEAST_CLASSES;
    const key = networkKey(recipe, classes, weightFiles);
    if (this.keyOf('model') === key) return;
    const model = await this.ask('model', 'describeModel', { recipe, classes, weightFiles }, key);
    if (model !== null) this.dispatch({ kind: 'model', model });
  }
}
