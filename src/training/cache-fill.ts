/**
 * Owns the filling of the cache: what a phase will have the frozen part compute, view after view, and how far that is. It is
 * counted once through for all views, though epochs come between them.
 */
import { PLAIN, type FrozenFeatures, type View } from '../frozen/frozen-features.ts';
import { mapInOrder } from '../lib/in-order.ts';
import type { RunEvent } from '../protocol/events.ts';
import type { Phase, Recipe } from '../protocol/recipe/recipe.ts';
import type { RunControl } from './control.ts';

/** Pictures the frozen prefix computes at a time. */
const FILL_BATCH = 32;
/** So that a GPU has work while the next pictures are fetched; more would only pile up in its memory. */
const FILLS_AT_ONCE = 2;

/** Pictures in one view, which an epoch needs. */
export interface FillPart {
  readonly rows: Uint32Array;
  readonly view: View;
}

interface FillInputs {
  readonly features: FrozenFeatures;
  readonly control: RunControl;
  /** Resolves when the device has done what it was given. */
  readonly deviceDone: () => Promise<void>;
}

interface PhasePictures {
  readonly recipe: Pick<Recipe, 'augmentation'>;
  readonly phase: Pick<Phase, 'epochs'>;
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** Epoch e (from 1) sees view e - 1, cycling through the views that are cached. */
export function viewOf({ recipe }: Pick<PhasePictures, 'recipe'>, epoch: number): View {
  const { views } = recipe.augmentation;
  if (views === 'fresh') return { kind: 'augmented', index: epoch - 1, isCached: false };
  return { kind: 'augmented', index: (epoch - 1) % views, isCached: true };
}

export class CacheFill {
  readonly #inputs: FillInputs;
  readonly #unit: 'pictures' | 'views';
  #done = 0;
  #total: number;

  /** @param parts all that will be asked for, in the order in which it will */
  constructor(inputs: FillInputs, parts: readonly FillPart[]) {
    this.#inputs = inputs;
    const rowsOf = new Map<View, Set<number>>();
    for (const { rows, view } of parts) {
      const known = [...rowsOf.keys()].find((each) => isSame(each, view)) ?? view;
      rowsOf.set(known, new Set([...(rowsOf.get(known) ?? []), ...rows]));
    }
    const views = inputs.features.withRoom([...rowsOf.keys()]);
    this.#unit = views.filter(({ kind }) => kind === 'augmented').length > 1 ? 'views' : 'pictures';
    this.#total = views.reduce(
      (sum, view) => sum + inputs.features.missing([...rowsOf.get(view)!], view).length,
      0,
    );
  }

  /**
   * Computes what the cache lacks of a part, in picture order; ends early when there is no room for more. While the device
   * computes some pictures, the next are fetched.
   */
  async *fill({ rows, view }: FillPart): AsyncGenerator<RunEvent> {
    const { features, control, deviceDone } = this.#inputs;
    // In their own order, in which they lie together on disk and come when they are still being prepared.
    const missing = features.missing(rows, view).sort((one, other) => one - other);
    const groups = Array.from({ length: Math.ceil(missing.length / FILL_BATCH) }, (_, group) =>
      missing.slice(group * FILL_BATCH, (group + 1) * FILL_BATCH),
    );
    const keep = async (some: readonly number[]) => {
      await control.checkpoint();
      const isKept = await features.keep(some, view, control.signal);
      await deviceDone();
      return { isKept, count: some.length };
    };
    let left = missing.length;
    for await (const { isKept, count } of mapInOrder(groups, FILLS_AT_ONCE, keep)) {
      if (control.isStopping) return;
      for (const notice of features.newNotices())
        yield { kind: 'notice', of: 'run', notice: notice.toWire() };
      if (!isKept) {
        // What has no room is computed in the steps, and counted there.
        this.#total -= left;
        return;
      }
      left -= count;
      yield this.#progress(count);
    }
  }

  #progress(count: number): RunEvent {
    this.#done += count;
    // What was kept and is gone is computed again.
    this.#total = Math.max(this.#total, this.#done);
    const [done, total, unit] = [this.#done, this.#total, this.#unit];
    return { kind: 'progress', stage: 'cache', label: 'Computing the frozen part', done, total, unit };
  }
}

/** What a phase will ask for from an epoch, from 1, on: each epoch's view, and after the first the validation pictures. */
export function phaseParts(inputs: PhasePictures, firstEpoch: number): FillPart[] {
  const { recipe, phase, train, validation } = inputs;
  const { views } = recipe.augmentation;
  const lastEpoch = Math.min(phase.epochs, views === 'fresh' ? firstEpoch : firstEpoch + views - 1);
  const augmented: FillPart[] = [];
  for (let epoch = firstEpoch; epoch <= lastEpoch; epoch++)
    augmented.push({ rows: train, view: viewOf(inputs, epoch) });
  return [...augmented.slice(0, 1), { rows: validation, view: PLAIN }, ...augmented.slice(1)];
}

function isSame(one: View, other: View): boolean {
  if (one.kind === 'plain' || other.kind === 'plain') return one.kind === other.kind;
  return one.index === other.index && one.isCached === other.isCached;
}
