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
import { PARTS, putTask, runTask, sharedTask, TASK_NUMBERS, type Task } from '../task.ts';
import { addressOf, Layout, outputOf, startOf, takeRoom, withWorkspace } from '../workspace.ts';
import { bytesOf, numberOf, Places } from './places.ts';
import { partsOf, stepsOf, type Layer, type Step } from './steps.ts';

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

/** Where a plan lies in memory, in bytes from the beginning of its block. */
interface Block {
  readonly layout: Layout;
  readonly zeroAt: number;
  readonly stepsAt: number;
  /** Of each step; what it has none of lies nowhere. */
  readonly own: readonly {
    readonly geometryAt: number;
    readonly biasAt: number;
    readonly filterAt: number;
  }[];
}

/** A section laid out, or null where it has what has no kernel here. */
export function openPlan(
  wasm: BackendWasm,
  description: PlanDescription,
  weights: readonly (PlanWeights | null)[],
): Plan | null {
  const places = new Places(description);
  const steps = stepsOf(wasm, description, weights, places);
  if (steps === null || steps.length === 0) return null;
  const last = description.nodes.find(({ node }) => node === description.to);
  invariant(last !== undefined, 'a plan computes what comes out');
  return new WasmPlan(wasm, { description, last, steps, roomBytes: places.roomBytes });
}

interface LaidOut {
  readonly description: PlanDescription;
  readonly last: PlanNode;
  readonly steps: readonly Step[];
  /** Of what lies between kernels. */
  readonly roomBytes: number;
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
    const layers = laid.steps.flatMap(({ layer }) => layer ?? []);
    const own = Math.max(0, ...layers.map(({ roomBytes }) => roomBytes));
    this.#ownBytes = Math.ceil(own / LINE_BYTES) * LINE_BYTES;
    this.#block = blockOf(laid.steps, layers);
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
    const { wasm, laid } = this;
    const { zeroAt, stepsAt, own } = this.#block;
    const { ints, floats } = heapOf(wasm);
    floats.fill(0, (start + zeroAt) / 4, (start + stepsAt) / 4);
    const head = [laid.steps.length, bytesOf(laid.description.from.shape), bytesOf(laid.last.shape)];
    ints.set(head, (start + stepsAt) / 4);
    for (const [number, { other, layer, geometry }] of laid.steps.entries()) {
      const { geometryAt = 0, biasAt = 0, filterAt = 0 } = own[number] ?? {};
      const places = { geometry: start + geometryAt, bias: start + biasAt, other: start + filterAt };
      if (geometry !== null) ints.set(geometry, places.geometry / 4);
      if (layer !== null && geometry !== null)
        layLayer(wasm, { ...layer, geometry }, weights[layer.index] ?? null, places);
      this.#putStep(start, number, { ...places, other: layer === null ? other.at : places.other });
    }
  }

  #putStep(start: number, number: number, places: Pick<Task, 'geometry' | 'bias' | 'other'>): void {
    const step = this.laid.steps[number];
    invariant(step !== undefined, 'steps are put one by one');
    const address = start + this.#stepAt(number);
    const own = { parts: 1, room: 0, roomBytes: 0, zero: 0 };
    const heap = heapOf(this.wasm);
    putTask(heap, address, { ...step.task, ...places, ...own, x: step.x.at, out: step.out.at });
    const bases = [step.x, step.other, step.out].map(numberOf);
    heap.ints.set(bases, address / 4 + TASK_NUMBERS);
  }

  #stepAt(number: number): number {
    return this.#block.stepsAt + 4 * (HEAD + number * (TASK_NUMBERS + BASES));
  }

  /** @param start where the plan lies */
  #run(x: tf.TensorInfo, out: tf.TensorInfo, start: number): void {
    const { wasm, laid } = this;
    const { threads, started } = sharedTask(wasm);
    const pictures = x.shape[0] ?? 0;
    const ownBytes = TASK_BYTES + this.#ownBytes;
    const isDeep = pictures >= threads && started * (ownBytes + laid.roomBytes) <= MOST_ROOM_BYTES;
    const layout = new Layout();
    const roomBytes = ownBytes + (isDeep ? laid.roomBytes : 0);
    const roomAt = layout.bytes(started * roomBytes);
    const sharedAt = isDeep ? 0 : layout.bytes(laid.roomBytes);
    if (!isDeep) this.#putParts(start);
    withWorkspace(wasm, layout, (rooms) => {
      const places = {
        x: addressOf(wasm, x),
        other: start + this.#block.stepsAt,
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
    for (const [number, step] of laid.steps.entries())
      ints[(start + this.#stepAt(number)) / 4 + PARTS] = partsOf(wasm, step);
  }
}

function blockOf(steps: readonly Step[], layers: readonly Layer[]): Block {
  const layout = new Layout();
  const width = Math.max(
    LEAST_ZEROS,
    ...layers.map(({ channels, outChannels }) => Math.max(channels, filledUp(outChannels))),
  );
  const zeroAt = layout.values(width);
  const biasAt = steps.map(({ layer }) => (layer === null ? 0 : layout.values(filledUp(layer.outChannels))));
  const stepsAt = layout.values(HEAD + steps.length * (TASK_NUMBERS + BASES));
  const own = steps.map(({ layer, geometry }, number) => ({
    geometryAt: geometry === null ? 0 : layout.values(GEOMETRY),
    biasAt: biasAt[number] ?? 0,
    filterAt: layer === null ? 0 : layout.bytes(layer.filterBytes),
  }));
  return { layout, zeroAt, stepsAt, own };
}

/** @param places of its bias and filter, addresses */
function layLayer(
  wasm: BackendWasm,
  layer: Layer & { readonly geometry: readonly number[] },
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
