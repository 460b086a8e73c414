/**
 * Owns recordings on the wasm backend: the tasks of a step one after another in memory, with all that they read and write in
 * places of its own, which the kernels go through without a call from JavaScript (assembly/threads.as.ts, `runTasks`). A step of
 * MobileNetV2 is 160 to 300 tasks.
 *
 * What is given and what comes out lies where its tensors lie: where one has moved since, the addresses of it are written
 * anew. A weight that is updated in place does not move.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Recordable, Recording } from '../../recording.ts';
import { heapOf, usedKernels, type Kernels } from '../module.ts';
import { runTasks, sharedTask, TASK_NUMBERS } from '../task.ts';
import { addressOf, Layout, sharedPieceOf, startOf, takeRoom } from '../workspace.ts';
import { placeConstants, placeMade, SLACK } from './places.ts';
import { Recorder, recordingWith, type Constant, type Given, type Made, type NotedTask } from './recorder.ts';

const VALUE_BYTES = 4;

/** Computes the step and notes it; null where not all of it is known. */
export function recordStep(wasm: BackendWasm, { given, run }: Recordable): Recording | null {
  const pieces = given.map((tensor, index): Given => ({ kind: 'given', index, ...pieceOf(wasm, tensor) }));
  const backend = {
    isThere: (dataId: TensorInfo['dataId']) => wasm.dataIdMap.has(dataId),
    shared: sharedPieceOf(wasm),
  };
  const recorder = new Recorder(backend, pieces);
  const out = recordingWith(recorder, run).map((tensor) => recorder.madeOf(tensor));
  const made = out.filter((piece) => piece !== null);
  const areAllMade = made.length === out.length && new Set(made).size === made.length;
  if (!recorder.isWhole || !areAllMade || made.some(({ used }) => used === null)) return null;
  return new WasmRecording(wasm, recorder, made);
}

function pieceOf(wasm: BackendWasm, tensor: TensorInfo): { start: number; bytes: number } {
  const bytes = tensor.shape.reduce((product, side) => product * side, VALUE_BYTES);
  return { start: addressOf(wasm, tensor), bytes };
}

/** A number of the block that is an address. */
interface Slot {
  /** Which number of the block. */
  readonly at: number;
  /** What it is more than where the piece begins, in bytes. */
  readonly offset: number;
}

/** A tensor's slots, and where they say that it lies. */
interface Bound {
  readonly slots: Slot[];
  address: number;
}

class WasmRecording implements Recording {
  readonly #kernels: Kernels;
  readonly #threads: number;
  /** Tasks, constants, and room for what lies between kernels. */
  readonly #block: TensorInfo;
  readonly #start: number;
  readonly #count: number;
  readonly #given: ReadonlyMap<number, Bound>;
  readonly #out: readonly Bound[];
  /** Numbers of the block that are the step's. */
  readonly #steps: readonly number[];

  constructor(
    readonly wasm: BackendWasm,
    { tasks, constants, made }: Recorder,
    out: readonly Made[],
  ) {
    this.#kernels = usedKernels(wasm);
    this.#threads = sharedTask(wasm).threads;
    this.#count = tasks.length;
    const fixed = placeConstants(constants);
    const between = placeMade(made.filter((piece) => !out.includes(piece)));
    const layout = new Layout();
    const tasksAt = layout.values(tasks.length * TASK_NUMBERS);
    const fixedAt = layout.bytes(fixed.bytes + SLACK);
    const betweenAt = layout.bytes(between.bytes + SLACK);
    this.#block = takeRoom(wasm, layout);
    this.#start = startOf(wasm, this.#block) + tasksAt;
    // Places are counted from the beginning of a line.
    const [fixedStart, betweenStart] = [fixedAt, betweenAt].map(
      (at) => Math.ceil((this.#start + at) / SLACK) * SLACK,
    ) as [number, number];
    const given = new Map<number, Bound>();
    const outs = new Map(out.map((piece) => [piece, { slots: [], address: 0 } as Bound]));
    const put = (start: number, { numbers, references }: Pick<NotedTask, 'numbers' | 'references'>): void => {
      const at = start / VALUE_BYTES;
      const { ints } = heapOf(wasm);
      ints.set(numbers, at);
      for (const { at: number, to, offset } of references) {
        const slot = { at: at + number, offset };
        if (to.kind === 'given') boundOf(given, to.index).slots.push(slot);
        else if (to.kind === 'constant') ints[slot.at] = fixedStart + (fixed.places.get(to) ?? 0) + offset;
        else if (outs.has(to)) outs.get(to)?.slots.push(slot);
        else ints[slot.at] = betweenStart + (between.places.get(to) ?? 0) + offset;
      }
    };
    const startOfConstant = (constant: Constant): number => fixedStart + (fixed.places.get(constant) ?? 0);
    tasks.forEach((task, index) => put(this.#start + index * TASK_NUMBERS * VALUE_BYTES, task));
    for (const constant of constants) put(startOfConstant(constant), constant);
    this.#steps = constants.flatMap((constant) =>
      constant.stepAt === null ? [] : [startOfConstant(constant) / VALUE_BYTES + constant.stepAt],
    );
    this.#given = given;
    this.#out = [...outs.values()];
  }

  get holds(): boolean {
    const { wasm } = this;
    return usedKernels(wasm) === this.#kernels && sharedTask(wasm).threads === this.#threads;
  }

  replay(given: readonly TensorInfo[], into: readonly TensorInfo[], step: number): void {
    for (const [index, bound] of this.#given) this.#bind(bound, given[index]);
    this.#out.forEach((bound, index) => {
      this.#bind(bound, into[index]);
    });
    const { ints } = heapOf(this.wasm);
    for (const at of this.#steps) ints[at] = step;
    runTasks(this.wasm, this.#start, this.#count);
  }

  dispose(): void {
    this.wasm.disposeData(this.#block.dataId);
  }

  #bind(bound: Bound, tensor: TensorInfo | undefined): void {
    const address = tensor === undefined ? 0 : addressOf(this.wasm, tensor);
    if (address === bound.address) return;
    bound.address = address;
    const { ints } = heapOf(this.wasm);
    for (const { at, offset } of bound.slots) ints[at] = address + offset;
  }
}

function boundOf(bounds: Map<number, Bound>, index: number): Bound {
  const known = bounds.get(index) ?? { slots: [], address: 0 };
  bounds.set(index, known);
  return known;
}
