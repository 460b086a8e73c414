/**
 * The waists of a run's phases, one built on another: the head phase's pooled features are computed from the
 * fine-tune phase's waist, so the frozen work before that is done once for both. Where memory is short for a waist, a
 * ledge before it may be kept in its place.
 */
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../models/graph.ts';
import { planOf, type Plan } from '../models/plan.ts';
import type { Parameters } from '../models/program/parameters.ts';
import { compile, type Program } from '../models/program/program.ts';
import { stationsBetween } from '../models/stations.ts';
import { invariant, type StudioError } from '../protocol/errors.ts';
import type { CacheForm } from '../training/cache/activation-cache.ts';
import { chooseKeeping, type Keeping, type Looks } from '../training/cache/keeping.ts';
import { Features, type FeatureSource } from '../training/features.ts';
import type { CacheShelf } from './cache-shelf.ts';
import type { PictureInput } from './set/picture-input.ts';
import { keptAtLedge, speedOf } from './recompute.ts';

export interface ChainOptions {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /** First trainable layer of each phase. */
  readonly firstTrainable: readonly number[];
  readonly pictures: PictureInput;
  readonly looks: Looks;
  readonly shelf: CacheShelf;
  /** What the caches depend on beside the waist: network, weights, preprocessing, views. */
  readonly cacheKey: string;
}

/** From what a waist is computed, and what is kept of the way. */
interface Section {
  readonly start: number;
  readonly waist: number;
  readonly keeping: Keeping;
}

const FROZEN = { isTrainable: () => false, batchNorm: 'inference' } as const;

/** Owns the features it gives out. */
export class FeatureChain {
  readonly #plans: readonly Plan[];
  readonly #features = new Map<number, Features>();
  readonly #sections: readonly Section[];

  private constructor(
    readonly options: ChainOptions,
    plans: readonly Plan[],
    sections: readonly Section[],
  ) {
    this.#plans = plans;
    this.#sections = sections;
    options.shelf.begin(
      options.pictures.pictures,
      sections.map(({ keeping }) => this.#keyOf(keeping.station.node)),
    );
  }

  /** Plans all phases, and what is kept for them on the device in use. */
  static async open(options: ChainOptions): Promise<FeatureChain> {
    const plans = options.firstTrainable.map((first) => planOf(options.graph, first));
    const waists = [...new Set(plans.map(({ waist }) => waist))].sort((a, b) => a - b);
    const sections: Section[] = [];
    let room = await options.shelf.room();
    // The later a waist, the less it takes and the more often it is read: it comes first.
    for (const [index, waist] of [...waists.entries()].toReversed()) {
      const start = waists[index - 1] ?? 0;
      const stations = stationsBetween(options.graph, start, waist);
      const keeping = chooseKeeping(stations, options.looks, room, speedOf(tf.getBackend()));
      invariant(keeping !== null, 'a waist is a station');
      sections.unshift({ start, waist, keeping });
      room = keeping.room;
    }
    return new FeatureChain(options, plans, sections);
  }

  /** What must be said of the waists that are not kept; null for nothing. */
  get notice(): StudioError | null {
    const section = this.#sections.find(({ waist, keeping }) => keeping.station.node !== waist);
    if (section === undefined) return null;
    const { graph } = this.options;
    const { start, waist, keeping } = section;
    const whole = stationsBetween(graph, start, waist).at(-1);
    invariant(whole !== undefined, 'a waist is a station');
    const layerOf = (node: number): string => graph.model.layers[graph.nodes[node]?.layer ?? 0]?.name ?? '';
    return keptAtLedge(layerOf(waist), layerOf(keeping.station.node), whole, keeping);
  }

  /** Node that a phase's tail starts behind. */
  waistOf(phaseIndex: number): number {
    return this.#plan(phaseIndex).waist;
  }

  /** The features of a phase, on top of those that this and later phases need before them. */
  at(phaseIndex: number): Features {
    const plan = this.#plan(phaseIndex);
    const waists = new Set(this.#plans.slice(phaseIndex).map(({ waist }) => waist));
    let from: FeatureSource = this.options.pictures;
    let start = 0;
    for (const { waist, keeping } of this.#sections) {
      if (!waists.has(waist) || waist > plan.waist) continue;
      const kept = keeping.station.node;
      const ledge = this.#keptAt(start, keeping, from, phaseIndex);
      from = kept === waist ? ledge : this.#computedAt(kept, waist, ledge);
      start = waist;
    }
    const features = this.#features.get(plan.waist);
    invariant(features !== undefined, 'a phase has features');
    return features;
  }

  /** Drops what a finished phase made untrue (its weights changed behind its waist) and what no later phase reads. */
  phaseEnded(phaseIndex: number): void {
    const plan = this.#plan(phaseIndex);
    const later = new Set(this.#plans.slice(phaseIndex + 1).map(({ waist }) => waist));
    const isLast = later.size === 0;
    const needed = this.#sections
      .filter(({ waist }) => later.has(waist) || isLast)
      .flatMap(({ waist, keeping }) => [waist, keeping.station.node]);
    for (const [node, features] of this.#features) {
      const isStale = node > plan.waist;
      if (!isStale && needed.includes(node)) continue;
      features.dispose();
      this.#features.delete(node);
    }
  }

  dispose(): void {
    for (const features of this.#features.values()) features.dispose();
    this.#features.clear();
  }

  #plan(phaseIndex: number): Plan {
    const plan = this.#plans[phaseIndex];
    invariant(plan !== undefined, `phase ${phaseIndex.toString()} is planned`);
    return plan;
  }

  /** Whether all before a node still is as it was loaded when a phase begins. */
  #isUntouched(node: number, phaseIndex: number): boolean {
    return this.#plans.slice(0, phaseIndex).every((earlier) => node <= earlier.waist);
  }

  #keyOf(node: number): string {
    return `${this.options.graph.nodes[node]?.name ?? ''} ${this.options.cacheKey}`;
  }

  #keptAt(start: number, keeping: Keeping, from: FeatureSource, phaseIndex: number): Features {
    const { node } = keeping.station;
    const { shelf } = this.options;
    return this.#make(node, () => {
      const form = this.#formOf(keeping);
      const isShared = this.#isUntouched(node, phaseIndex);
      const cache = isShared ? shelf.take(this.#keyOf(node), form) : shelf.make(form);
      return new Features({ ...this.#prefix(start, node), from, cache, ownsCache: !isShared });
    });
  }

  #computedAt(ledge: number, waist: number, from: Features): Features {
    return this.#make(
      waist,
      () => new Features({ ...this.#prefix(ledge, waist), from, cache: null, ownsCache: false }),
    );
  }

  #prefix(start: number, node: number): { readonly prefix: Program; readonly parameters: Parameters } {
    const { graph, parameters } = this.options;
    return { prefix: compile(graph, start, node, FROZEN), parameters };
  }

  #make(node: number, make: () => Features): Features {
    const known = this.#features.get(node);
    if (known !== undefined) return known;
    const features = make();
    this.#features.set(node, features);
    return features;
  }

  #formOf({ station, views, mayStore }: Keeping): CacheForm {
    const { train, validation, test } = this.options.looks;
    const pictures = { plain: validation + test, augmented: train };
    return { shape: station.shape, pictures, views, mayStore };
  }
}
