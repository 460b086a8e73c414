/**
 * The frozen part of a run, phase by phase: the cut outputs of its phases, one computed from another. The head phase's
 * pooled features come from the fine-tune phase's cut output, so the frozen work before that is done once for both. What
 * is kept of each section between two of them, its budget says.
 */
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../models/graph.ts';
import type { Parameters } from '../models/program/parameters.ts';
import { compile } from '../models/program/program.ts';
import { invariant } from '../protocol/errors.ts';
import type { CachePrecision } from '../protocol/recipe/recipe.ts';
import type { ActivationCache, CacheForm } from './activation-cache.ts';
import { budgetOf, speedOf, type Budget, type ViewsPerPicture } from './budget.ts';
import { candidateCuts, cutOutputOf, earlyDraw, FROZEN, type CandidateCut } from './cut.ts';
import { FrozenFeatures, type FeatureSource, type FrozenFeaturesOptions } from './frozen-features.ts';
import { drawnEarly, Notices, shortageOf } from './notices.ts';
import type { SessionCaches } from './session-caches.ts';

export interface FrozenPartOptions {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /** First trainable layer of each phase. */
  readonly firstTrainable: readonly number[];
  /** Gives the network's input. */
  readonly input: FeatureSource;
  /** Stands for the pictures: caches are kept for as long as it is the same. */
  readonly pictures: object;
  readonly counts: ViewsPerPicture;
  readonly precision: CachePrecision;
  readonly caches: SessionCaches;
  /** What the caches depend on beside the cuts: network, weights, preprocessing, views. */
  readonly cacheKey: string;
}

/** From one cut output to the next, and what is kept of it. */
interface Section {
  /** The cut output before, or the input. */
  readonly start: number;
  readonly output: CandidateCut;
  readonly budget: Budget;
}

/** The input's node. */
const INPUT = 0;

/** Owns the features it gives out. */
export class FrozenPart {
  readonly #features = new Map<number, FrozenFeatures>();
  readonly #notices = new Notices();

  private constructor(
    readonly options: FrozenPartOptions,
    /** Cut output of each phase. */
    readonly outputs: readonly number[],
    readonly sections: readonly Section[],
  ) {
    const { caches, pictures } = options;
    caches.begin(
      pictures,
      sections.map((section, index) => this.#keyOf(sections.slice(0, index), section)),
    );
    const early = earlyDraw(options.graph, Math.max(...options.firstTrainable));
    if (early !== null) this.#notices.tell(drawnEarly(early));
    for (const section of sections) {
      const shortage = this.#shortageOf(section);
      if (shortage !== null) this.#notices.tell(shortage);
    }
  }

  /** Finds the cuts of all phases, and what is kept for them on the device in use. */
  static async open(options: FrozenPartOptions): Promise<FrozenPart> {
    const { graph, counts, precision, caches } = options;
    const outputs = options.firstTrainable.map((first) => cutOutputOf(graph, first));
    // Where all layers train, nothing is frozen: the cut output is the input.
    const distinct = [...new Set(outputs)].filter((node) => node !== INPUT).sort((a, b) => a - b);
    const speed = speedOf(tf.getBackend());
    const sections: Section[] = [];
    let room = await caches.room();
    // The later a cut output, the less it takes and the more often it is read: it comes first.
    for (const [index, node] of [...distinct.entries()].toReversed()) {
      const start = distinct[index - 1] ?? INPUT;
      const cuts = candidateCuts(graph, start, node);
      const output = cuts.at(-1);
      invariant(output !== undefined, 'a cut output is a candidate cut');
      const budget = budgetOf({ cuts, pictures: counts, room, speed, precision });
      sections.unshift({ start, output, budget });
      room = budget.room;
    }
    return new FrozenPart(options, outputs, sections);
  }

  /** Node that the trainable part of a phase starts behind. */
  cutOutputOf(phaseIndex: number): number {
    const output = this.outputs[phaseIndex];
    invariant(output !== undefined, `phase ${phaseIndex.toString()} has a cut`);
    return output;
  }

  /** The features of a phase, on top of those that this and later phases need before them. */
  at(phaseIndex: number): FrozenFeatures {
    const wanted = this.cutOutputOf(phaseIndex);
    const needed = new Set(this.outputs.slice(phaseIndex));
    let from: FeatureSource = this.options.input;
    const before: Section[] = [];
    for (const section of this.sections) {
      const { node } = section.output;
      if (!needed.has(node) || node > wanted) continue;
      from = this.#featuresOf(before, section, from, phaseIndex);
      before.push(section);
    }
    return wanted === INPUT ? this.#once(INPUT, () => this.#unfrozen()) : this.#known(wanted);
  }

  /** Drops what a finished phase made untrue (its weights changed behind its cut) and what no later phase reads. */
  phaseEnded(phaseIndex: number): void {
    const output = this.cutOutputOf(phaseIndex);
    const later = new Set(this.outputs.slice(phaseIndex + 1));
    const isLast = later.size === 0;
    const needed = this.sections
      .filter((section) => later.has(section.output.node) || isLast)
      .flatMap((section) => [section.output.node, section.budget.cut.node]);
    for (const [node, features] of this.#features) {
      const isStale = node > output;
      if (!isStale && needed.includes(node)) continue;
      features.dispose();
      this.#features.delete(node);
    }
  }

  /** What must be said of what is not kept, since the last call. */
  newNotices(): ReturnType<Notices['take']> {
    return this.#notices.take();
  }

  dispose(): void {
    for (const features of this.#features.values()) features.dispose();
    this.#features.clear();
  }

  #featuresOf(
    before: readonly Section[],
    section: Section,
    from: FeatureSource,
    phaseIndex: number,
  ): FrozenFeatures {
    const { output, budget } = section;
    const kept = this.#once(budget.cut.node, () => this.#keptAt(before, section, from, phaseIndex));
    return budget.cut === output ? kept : this.#once(output.node, () => this.#computedFrom(kept, section));
  }

  #known(node: number): FrozenFeatures {
    const features = this.#features.get(node);
    invariant(features !== undefined, 'a phase has features');
    return features;
  }

  #once(node: number, make: () => FrozenFeatures): FrozenFeatures {
    const known = this.#features.get(node) ?? make();
    this.#features.set(node, known);
    return known;
  }

  #keptAt(
    before: readonly Section[],
    section: Section,
    from: FeatureSource,
    phaseIndex: number,
  ): FrozenFeatures {
    const { cut, precision } = section.budget;
    const ownsCache = !this.#isUntouched(cut.node, phaseIndex);
    return new FrozenFeatures({
      ...this.#program(before.at(-1)?.output.node ?? INPUT, cut.node),
      from,
      cache: ownsCache ? this.#ownCache(section) : this.#sharedCache(before, section),
      precision,
      ownsCache,
      earlier: null,
    });
  }

  #computedFrom(kept: FrozenFeatures, { output, budget }: Section): FrozenFeatures {
    return new FrozenFeatures({
      ...this.#program(budget.cut.node, output.node),
      from: kept,
      cache: null,
      precision: this.options.precision,
      ownsCache: false,
      earlier: kept,
    });
  }

  /** The pictures as they are. */
  #unfrozen(): FrozenFeatures {
    return new FrozenFeatures({
      ...this.#program(INPUT, INPUT),
      from: this.options.input,
      cache: null,
      precision: 'float32',
      ownsCache: false,
      earlier: null,
    });
  }

  /** Whether all before a node still is as it was loaded when a phase begins. */
  #isUntouched(node: number, phaseIndex: number): boolean {
    return this.outputs.slice(0, phaseIndex).every((earlier) => node <= earlier);
  }

  #sharedCache(before: readonly Section[], section: Section): ActivationCache {
    const { caches } = this.options;
    return caches.take(this.#keyOf(before, section), this.#formOf(section.budget), this.#notices.tell);
  }

  #ownCache({ budget }: Section): ActivationCache {
    return this.options.caches.make(this.#formOf(budget), this.#notices.tell);
  }

  /**
   * By which way it is computed belongs to what is kept: the last bits depend on where the network is cut before (what is
   * fused), and with float16 more than that.
   */
  #keyOf(before: readonly Section[], { budget }: Section): string {
    const way = [...before.map(({ output }) => output), budget.cut].map(({ node }) => this.#nameOf(node));
    return JSON.stringify([way, budget.precision, this.options.precision, this.options.cacheKey]);
  }

  #nameOf(node: number): string {
    return this.options.graph.nodes[node]?.name ?? '';
  }

  #shortageOf({ output, budget }: Section): ReturnType<typeof shortageOf> {
    const { graph, precision } = this.options;
    const layerOf = ({ node }: CandidateCut): string =>
      graph.model.layers[graph.nodes[node]?.layer ?? 0]?.name ?? '';
    return shortageOf({
      budget,
      output,
      precision,
      outputName: layerOf(output),
      keptName: layerOf(budget.cut),
    });
  }

  #program(start: number, node: number): Pick<FrozenFeaturesOptions, 'program' | 'parameters' | 'notices'> {
    const { graph, parameters } = this.options;
    return { program: compile(graph, start, node, FROZEN), parameters, notices: this.#notices };
  }

  #formOf({ cut, precision, views, mayUseDisk }: Budget): CacheForm {
    const { train, validation, test } = this.options.counts;
    const pictures = { plain: validation + test, augmented: train };
    return { shape: cut.shape, precision, pictures, views, mayUseDisk };
  }
}
