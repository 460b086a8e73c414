/**
 * The waists of a run's phases, one built on another: the head phase's pooled features are computed from the
 * fine-tune phase's waist, so the frozen work before that is done once for both.
 */
import type { Graph } from '../models/graph.ts';
import { planOf, type Plan } from '../models/plan.ts';
import type { Parameters } from '../models/program/parameters.ts';
import { compile } from '../models/program/program.ts';
import { Features, type FeatureSource } from '../training/features.ts';
import { invariant } from '../protocol/errors.ts';
import type { CacheShelf } from './cache-shelf.ts';
import type { PictureInput } from './picture-input.ts';

export interface ChainOptions {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /** First trainable layer of each phase. */
  readonly firstTrainable: readonly number[];
  readonly pictures: PictureInput;
  /** Number of pictures in the set. */
  readonly rows: number;
  readonly shelf: CacheShelf;
  /** What the caches depend on beside the waist: network, weights, preprocessing, views. */
  readonly cacheKey: string;
}

const FROZEN = { isTrainable: () => false, batchNorm: 'inference' } as const;

/** See the header. Owns the features it gives out. */
export class FeatureChain {
  readonly plans: readonly Plan[];
  readonly #features = new Map<number, Features>();

  constructor(readonly options: ChainOptions) {
    this.plans = options.firstTrainable.map((first) => planOf(options.graph, first));
    options.shelf.begin(
      options.pictures.pictures,
      this.plans.map(({ waist }) => this.#keyOf(waist)),
    );
  }

  /** The features of a phase, on top of those that this and later phases need before them. */
  at(phaseIndex: number): Features {
    const plan = this.#plan(phaseIndex);
    const waists = new Set(this.plans.slice(phaseIndex).map(({ waist }) => waist));
    let from: FeatureSource = this.options.pictures;
    let start = 0;
    for (const waist of [...waists].filter((each) => each <= plan.waist).sort((a, b) => a - b)) {
      from = this.#make(start, waist, from, phaseIndex);
      start = waist;
    }
    const features = this.#features.get(plan.waist);
    invariant(features !== undefined, 'a phase has features');
    return features;
  }

  /** Drops what a finished phase made untrue (its weights changed behind its waist) and what no later phase reads. */
  phaseEnded(phaseIndex: number): void {
    const plan = this.#plan(phaseIndex);
    const later = new Set(this.plans.slice(phaseIndex + 1).map(({ waist }) => waist));
    const isLast = later.size === 0;
    for (const [waist, features] of this.#features) {
      const isStale = waist > plan.waist;
      if (!isStale && (later.has(waist) || isLast)) continue;
      features.dispose();
      this.#features.delete(waist);
    }
  }

  dispose(): void {
    for (const features of this.#features.values()) features.dispose();
    this.#features.clear();
  }

  #plan(phaseIndex: number): Plan {
    const plan = this.plans[phaseIndex];
    invariant(plan !== undefined, `phase ${phaseIndex.toString()} is planned`);
    return plan;
  }

  /** Whether all before a waist still is as it was loaded when a phase begins. */
  #isUntouched(waist: number, phaseIndex: number): boolean {
    return this.plans.slice(0, phaseIndex).every((earlier) => waist <= earlier.waist);
  }

  #keyOf(waist: number): string {
    return `${this.options.graph.nodes[waist]?.name ?? ''} ${this.options.cacheKey}`;
  }

  #make(start: number, waist: number, from: FeatureSource, phaseIndex: number): Features {
    const known = this.#features.get(waist);
    if (known !== undefined) return known;
    const { graph, parameters, rows, shelf } = this.options;
    const node = graph.nodes[waist];
    invariant(node !== undefined, 'a waist is a node');
    const prefix = compile(graph, start, waist, FROZEN);
    const form = { rows, shape: node.shape };
    const isShared = this.#isUntouched(waist, phaseIndex);
    const cache = isShared ? shelf.take(this.#keyOf(waist), form) : shelf.make(form);
    const features = new Features({ from, prefix, parameters, cache, ownsCache: !isShared });
    this.#features.set(waist, features);
    return features;
  }
}
