/**
 * Owns recordings on the wasm backend: the tasks of a step one after another in memory, with all that they read and write in
 * places of its own, which the kernels go through without a call from JavaScript (assembly/threads.as.ts, `runTasks`).
 *
 * What is given and what comes out lies where its tensors lie: where one has moved since, the addresses of it are written
 * anew. A weight that is updated in place does not move.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { invariant, StudioError } from '../../../protocol/errors.ts';
import type { Recordable, Recording } from '../../recording.ts';
import { heapOf, usedKernels, type Kernels } from '../module.ts';
import { runTasks, sharedTask, TASK_NUMBERS } from '../task.ts';
import { addressOf, Layout, sharedPieceOf, startOf, takeRoom } from '../workspace.ts';
import { placeConstants, placeMade, SLACK } from './places.ts';
import { Recorder, recordingWith, type Constant, type Given, type Made, type NotedTask } from './recorder.ts';

const VALUE_BYTES = 4;

/** Computes the step and notes it; null where not all of it is known. */
export function recordStep(wasm: BackendWasm, step: Recordable): Recording | null {
  const pieces = step.given.map((tensor, index): Given => ({
    kind: 'given',
    index,
    ...pieceOf(wasm, tensor),
  }));
  const backend = {
    isThere: (dataId: TensorInfo['dataId']) => wasm.dataIdMap.has(dataId),
    shared: sharedPieceOf(wasm),
  };
  const recorder = new Recorder(backend, pieces);
  const out = recordingWith(recorder, () => step.run()).map((tensor) => recorder.madeOf(tensor));
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

/** Where a recording was laid. */
interface Laid {
  /** Tasks, constants, and room for what lies between kernels. */
  readonly block: TensorInfo;
  /** Of the tasks. */
  readonly start: number;
  readonly given: ReadonlyMap<number, Bound>;
  readonly out: readonly Bound[];
  /** Numbers of the heap that are the step's. */
  readonly steps: readonly number[];
}

class WasmRecording implements Recording {
  readonly #kernels: Kernels;
  readonly #threads: number;
  /** Null until the first replay: what the recorded step itself took is free by then. */
  #laid: Laid | null = null;
  #isTooLarge = false;

  constructor(
    readonly wasm: BackendWasm,
    readonly recorder: Recorder,
    readonly out: readonly Made[],
  ) {
    this.#kernels = usedKernels(wasm);
    this.#threads = sharedTask(wasm).threads;
  }

  get holds(): boolean {
    const { wasm } = this;
    return usedKernels(wasm) === this.#kernels && sharedTask(wasm).threads === this.#threads;
  }

  hasRoom(): boolean {
    if (this.#laid !== null || this.#isTooLarge) return !this.#isTooLarge;
    try {
      this.#laid = lay(this.wasm, this.recorder, this.out);
    } catch (error) {
      if (!(error instanceof StudioError && error.code === 'gpu/too-large')) throw error;
      this.#isTooLarge = true;
    }
    return !this.#isTooLarge;
  }

  replay(given: readonly TensorInfo[], into: readonly TensorInfo[], step: number): void {
    const laid = this.#laid;
    invariant(laid !== null, 'a recording has room when it is replayed');
    for (const [index, bound] of laid.given) this.#bind(bound, given[index]);
    laid.out.forEach((bound, index) => {
      this.#bind(bound, into[index]);
    });
    const { ints } = heapOf(this.wasm);
    for (const at of laid.steps) ints[at] = step;
    runTasks(this.wasm, laid.start, this.recorder.tasks.length);
  }

  dispose(): void {
    if (this.#laid !== null) this.wasm.disposeData(this.#laid.block.dataId);
    this.#laid = null;
  }

  #bind(bound: Bound, tensor: TensorInfo | undefined): void {
    invariant(tensor !== undefined, 'a step is replayed with what it was recorded with');
    const address = addressOf(this.wasm, tensor);
    if (address === bound.address) return;
    bound.address = address;
    const { ints } = heapOf(this.wasm);
    for (const { at, offset } of bound.slots) ints[at] = address + offset;
  }
}

/** Lays tasks and constants out in memory, with the addresses of all but what is bound at each replay. */
function lay(wasm: BackendWasm, { tasks, constants, made }: Recorder, out: readonly Made[]): Laid {
  const fixed = placeConstants(constants);
  const between = placeMade(made.filter((piece) => !out.includes(piece)));
  const layout = new Layout();
  const tasksAt = layout.values(tasks.length * TASK_NUMBERS);
  const fixedAt = layout.bytes(fixed.bytes + SLACK);
  const betweenAt = layout.bytes(between.bytes + SLACK);
  const block = takeRoom(wasm, layout);
  const lineAt = (at: number): number => Math.ceil((startOf(wasm, block) + at) / SLACK) * SLACK;
  const startOfConstant = (piece: Constant): number => lineAt(fixedAt) + (fixed.places.get(piece) ?? 0);
  const startOfMade = (piece: Made): number => lineAt(betweenAt) + (between.places.get(piece) ?? 0);
  const given = new Map<number, Bound>();
  const outs = new Map(out.map((piece): [Made, Bound] => [piece, { slots: [], address: 0 }]));
  const { ints } = heapOf(wasm);
  const put = (start: number, { numbers, references }: NotedTask): void => {
    ints.set(numbers, start / VALUE_BYTES);
    for (const { at: number, to, offset } of references) {
      const at = start / VALUE_BYTES + number;
      if (to.kind === 'constant') ints[at] = startOfConstant(to) + offset;
      else if (to.kind === 'given') boundOf(given, to.index).slots.push({ at, offset });
      else {
        const bound = outs.get(to);
        if (bound === undefined) ints[at] = startOfMade(to) + offset;
        else bound.slots.push({ at, offset });
      }
    }
  };
  const start = startOf(wasm, block) + tasksAt;
  tasks.forEach((task, index) => {
    put(start + index * TASK_NUMBERS * VALUE_BYTES, task);
  });
  for (const constant of constants) put(startOfConstant(constant), constant);
  const steps = constants.flatMap((constant) =>
    constant.stepAt === null ? [] : [startOfConstant(constant) / VALUE_BYTES + constant.stepAt],
  );
  return { block, start, given, out: [...outs.values()], steps };
}

function boundOf(bounds: Map<number, Bound>, index: number): Bound {
  const known = bounds.get(index) ?? { slots: [], address: 0 };
  bounds.set(index, known);
  return known;
}
