/**
 * Owns plans on the wasm backend: laying a section out, and taking pictures through it. assembly/plan.as.ts has the kernels'
 * side.
 */
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { invariant } from '../../../protocol/errors.ts';
import type { Plan, PlanDescription, PlanNode, PlanWeights } from '../../plan.ts';
import { layFilter } from '../convolutions.ts';
import { heapOf } from '../module.ts';
import { filledUp } from '../room.ts';
import { partsFor, PARTS, putTask, runTask, sharedTask, TASK_NUMBERS, type Task } from '../task.ts';
import { addressOf, Layout, outputOf, startOf, takeRoom, withWorkspace } from '../workspace.ts';
import { kernelsFor, type Layer } from './kernels.ts';
import { bytesOf, numberOf, Places } from './places.ts';
import { alone, groupsOf, stepsOf, type Step } from './strips.ts';

/** Numbers of the kernels' Plan, of a geometry, and of a Step behind its task. */
const [HEAD, GEOMETRY, BASES] = [3, 12, 3];
/** Bytes that a thread has for the step it is at. */
const TASK_BYTES = 128;
const LINE_BYTES = 64;
/** What a panel of a filter reads of a bias that is none. */
const LEAST_ZEROS = 8;

/**
 * Filters that take more are laid anew for each pass, and for so few pictures one after another, unit by unit: as it computes
 * by them, VGG16 would have another 105 MB.
 */
const [MOST_KEPT_BYTES, FEW] = [64e6, 4];
/** Threads have rooms of their own within so much; beyond it they share one. */
const MOST_ROOM_BYTES = 512e6;

/** Where steps lie, and the geometry of each. */
interface StepsAt {
  readonly stepsAt: number;
  readonly geometriesAt: number;
}

/** Where a plan lies in memory, in bytes from the beginning of its block. */
interface Block {
  readonly layout: Layout;
  /** Zeros, and biases. */
  readonly zeroAt: number;
  readonly zeroEnd: number;
  readonly whole: StepsAt;
  readonly deep: StepsAt;
  readonly layers: ReadonlyMap<Layer, { readonly biasAt: number; readonly filterAt: number }>;
}

/** A section laid out, or null where it has what has no kernel here. */
export function openPlan(
  wasm: BackendWasm,
  description: PlanDescription,
  weights: readonly (PlanWeights | null)[],
): Plan | null {
  const found = kernelsFor(wasm, description, weights);
  if (found === null || found.kernels.length === 0) return null;
  const { kernels, to } = found;
  const last = description.nodes.find(({ node }) => node === description.to);
  invariant(last !== undefined, 'a plan computes what comes out');
  const [whole, deep] = [alone(kernels), groupsOf(kernels, to)].map((groups): Course => {
    const places = new Places(groups, description.from.node, to);
    return { steps: stepsOf(groups, places), roomBytes: places.roomBytes };
  }) as [Course, Course];
  return new WasmPlan(wasm, { description, last, whole, deep });
}

/** How a picture goes through a plan. */
interface Course {
  readonly steps: readonly Step[];
  /** Of what lies between kernels. */
  readonly roomBytes: number;
}

interface LaidOut {
  readonly description: PlanDescription;
  readonly last: PlanNode;
  /** Each kernel on all threads. */
  readonly whole: Course;
  /** All kernels on one thread. */
  readonly deep: Course;
}

class WasmPlan implements Plan {
  readonly #block: Block;
  /** What kernels keep to themselves. */
  readonly #ownBytes: number;
  /** Where weights are laid from pass to pass. */
  #kept: tf.TensorInfo | null = null;

  constructor(
    readonly wasm: BackendWasm,
    readonly laid: LaidOut,
  ) {
    const layers = laid.whole.steps.flatMap(({ layer }) => layer ?? []);
    const own = Math.max(0, ...layers.map(({ roomBytes }) => roomBytes));
    this.#ownBytes = Math.ceil(own / LINE_BYTES) * LINE_BYTES;
    this.#block = blockOf(laid, layers);
  }

  get needsWeights(): boolean {
    return this.#kept === null;
  }

  isFor(pictures: number): boolean {
    return this.#isSmall || pictures >= FEW;
  }

  forward(x: tf.TensorInfo, weights: readonly (PlanWeights | null)[]): tf.TensorInfo {
    const { wasm, laid } = this;
    const out = outputOf(wasm, [x.shape[0] ?? 0, ...laid.last.shape]);
    if (this.#kept !== null) this.#run(x, out, startOf(wasm, this.#kept));
    else if (laid.description.isFixed && this.#isSmall) {
      const kept = takeRoom(wasm, this.#block.layout);
      this.#lay(startOf(wasm, kept), weights);
      this.#kept = kept;
      this.#run(x, out, startOf(wasm, kept));
    } else {
      withWorkspace(wasm, this.#block.layout, (start) => {
        this.#lay(start, weights);
        this.#run(x, out, start);
      });
    }
    return out;
  }

  dispose(): void {
    if (this.#kept !== null) this.wasm.disposeData(this.#kept.dataId);
    this.#kept = null;
  }

  get #isSmall(): boolean {
    return this.#block.layout.size <= MOST_KEPT_BYTES;
  }

  /** Lays weights, and the steps that read them. */
  #lay(start: number, weights: readonly (PlanWeights | null)[]): void {
    const { wasm } = this;
    const { zeroAt, zeroEnd, layers } = this.#block;
    heapOf(wasm).floats.fill(0, (start + zeroAt) / 4, (start + zeroEnd) / 4);
    for (const [layer, { biasAt, filterAt }] of layers) {
      const places = { bias: start + biasAt, other: start + filterAt };
      layLayer(wasm, layer, weights[layer.index] ?? null, places);
    }
    for (const way of ['whole', 'deep'] as const) this.#putSteps(start, way);
  }

  #putSteps(start: number, way: 'whole' | 'deep'): void {
    const { wasm, laid } = this;
    const { stepsAt, geometriesAt } = this.#block[way];
    const { steps } = laid[way];
    const heap = heapOf(wasm);
    const head = [steps.length, bytesOf(laid.description.from.shape), bytesOf(laid.last.shape)];
    heap.ints.set(head, (start + stepsAt) / 4);
    for (const [number, step] of steps.entries()) {
      const geometry = start + geometriesAt + 4 * GEOMETRY * number;
      if (step.geometry !== null) heap.ints.set(step.geometry, geometry / 4);
      const { biasAt = 0, filterAt = 0 } = (step.layer && this.#block.layers.get(step.layer)) ?? {};
      const other = step.layer === null ? step.other.at : start + filterAt;
      const own = { geometry, bias: start + biasAt, other, parts: 1, room: 0, roomBytes: 0, zero: 0 };
      const address = start + stepAt(stepsAt, number);
      putTask(heap, address, { ...step.task, ...own, x: step.x.at, out: step.out.at });
      heap.ints.set([step.x, step.other, step.out].map(numberOf), address / 4 + TASK_NUMBERS);
    }
  }

  /** @param start where the plan lies */
  #run(x: tf.TensorInfo, out: tf.TensorInfo, start: number): void {
    const { wasm, laid } = this;
    const { threads, started } = sharedTask(wasm);
    const pictures = x.shape[0] ?? 0;
    const ownBytes = TASK_BYTES + this.#ownBytes;
    const isDeep = pictures >= threads && started * (ownBytes + laid.deep.roomBytes) <= MOST_ROOM_BYTES;
    const layout = new Layout();
    const roomBytes = ownBytes + (isDeep ? laid.deep.roomBytes : 0);
    const roomAt = layout.bytes(started * roomBytes);
    const sharedAt = isDeep ? 0 : layout.bytes(laid.whole.roomBytes);
    if (!isDeep) this.#putParts(start);
    withWorkspace(wasm, layout, (rooms) => {
      const places = {
        x: addressOf(wasm, x),
        other: start + this.#block[isDeep ? 'deep' : 'whole'].stepsAt,
        out: addressOf(wasm, out),
      };
      const task: Task = {
        ...{ kind: 'plan', geometry: 0, channels: 0, outChannels: 0, low: 0, high: 0, pictures },
        ...{ ...places, room: rooms + roomAt, roomBytes, zero: start + this.#block.zeroAt },
        ...{ bias: isDeep ? ownBytes : rooms + sharedAt, parts: pictures },
      };
      runTask(wasm, task, isDeep ? 'run' : 'runPlan');
    });
  }

  /** Threads may have become more or fewer. */
  #putParts(start: number): void {
    const { wasm, laid } = this;
    const { ints } = heapOf(wasm);
    for (const [number, { operations }] of laid.whole.steps.entries())
      ints[(start + stepAt(this.#block.whole.stepsAt, number)) / 4 + PARTS] = partsFor(wasm, operations);
  }
}

/** Where a step lies, of those at `stepsAt`. */
const stepAt = (stepsAt: number, number: number): number =>
  stepsAt + 4 * (HEAD + number * (TASK_NUMBERS + BASES));

function blockOf({ whole, deep }: LaidOut, layers: readonly Layer[]): Block {
  const layout = new Layout();
  const width = Math.max(
    LEAST_ZEROS,
    ...layers.map(({ channels, outChannels }) => Math.max(channels, filledUp(outChannels))),
  );
  const zeroAt = layout.values(width);
  const biasAt = layers.map(({ outChannels }) => layout.values(filledUp(outChannels)));
  const zeroEnd = layout.size;
  const [wholeAt, deepAt] = [whole, deep].map(({ steps }) => ({
    stepsAt: layout.values(HEAD + steps.length * (TASK_NUMBERS + BASES)),
    geometriesAt: layout.values(steps.length * GEOMETRY),
  })) as [StepsAt, StepsAt];
  const places = layers.map(
    (layer, at) => [layer, { biasAt: biasAt[at] ?? 0, filterAt: layout.bytes(layer.filterBytes) }] as const,
  );
  return { layout, zeroAt, zeroEnd, whole: wholeAt, deep: deepAt, layers: new Map(places) };
}

/** @param places of its bias and filter, addresses */
function layLayer(
  wasm: BackendWasm,
  layer: Layer,
  weights: PlanWeights | null,
  places: Pick<Task, 'bias' | 'other'>,
): void {
  invariant(weights !== null, 'a layer has weights');
  const { filter, bias } = weights;
  const filterChannels = [layer.channels, layer.outChannels] as const;
  layFilter(wasm, { ...layer, isBackward: false, filterChannels }, addressOf(wasm, filter), places.other);
  if (bias === null) return;
  const from = addressOf(wasm, bias) / 4;
  const { floats } = heapOf(wasm);
  floats.copyWithin(places.bias / 4, from, from + layer.outChannels);
}
