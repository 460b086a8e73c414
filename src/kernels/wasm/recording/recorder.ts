/**
 * Owns noting what kernels are asked for, and where what they read and write lies, while a step is recorded. Kernels allocate
 * through workspace.ts and are told through task.ts, and both tell here; what does not is not known here, and a step that reads
 * it cannot be recorded.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { invariant } from '../../../protocol/errors.ts';

/** A piece of memory, in bytes. */
interface Piece {
  readonly start: number;
  readonly bytes: number;
}

/** What is given to the step, in the order in which it was named. */
export interface Given extends Piece {
  readonly kind: 'given';
  readonly index: number;
}

/** What kernels made on the way. */
export interface Made extends Piece {
  readonly kind: 'made';
  readonly dataId: TensorInfo['dataId'];
  /** The first and the last task that read or write it; null for none. */
  used: { readonly first: number; last: number } | null;
}

/** What the host wrote for kernels to read. */
export interface Constant extends Piece {
  readonly kind: 'constant';
  readonly numbers: Int32Array;
  readonly references: readonly Reference[];
  /** Which of the numbers is the step's; null for none. */
  readonly stepAt: number | null;
}

/** An address among numbers. */
export interface Reference {
  /** Which of the numbers it is. */
  readonly at: number;
  readonly to: Given | Made | Constant;
  /** From the beginning of the piece, in bytes. */
  readonly offset: number;
}

/** What a kernel was told. */
export interface NotedTask {
  readonly numbers: Int32Array;
  readonly references: readonly Reference[];
}

const VALUE_BYTES = 4;

const overlaps = (one: Piece, other: Piece): boolean =>
  one.start < other.start + other.bytes && other.start < one.start + one.bytes;

const holds = ({ start, bytes }: Piece, address: number): boolean =>
  address >= start && address < start + bytes;

/** What the recorder asks the backend. */
export interface Backend {
  /** Whether a tensor of that id is still there. */
  isThere(dataId: TensorInfo['dataId']): boolean;
  /** Room that stays where it is, and that kernels have for themselves while they run. */
  readonly shared: Piece;
}

export class Recorder {
  readonly tasks: NotedTask[] = [];
  #isWhole = true;
  readonly #backend: Backend;
  /** What came later stands in front of what lay there before. */
  #pieces: (Given | Made | Constant)[];

  constructor(backend: Backend, given: readonly Given[]) {
    this.#backend = backend;
    this.#pieces = [...given];
  }

  /** Whether all that was computed was noted, and every address that a kernel was told is known. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Told of work, or of an address, that cannot be noted. */
  missed(): void {
    this.#isWhole = false;
  }

  /** Of constants that were written, those that a task read. */
  get constants(): readonly Constant[] {
    const of = ({ references }: Pick<NotedTask, 'references'>): Constant[] =>
      references.flatMap(({ to }) => (to.kind === 'constant' ? [to] : []));
    return [...new Set(this.tasks.flatMap(of))];
  }

  /** What was made and is used. */
  get made(): readonly Made[] {
    return this.#pieces.filter((piece) => piece.kind === 'made').filter(({ used }) => used !== null);
  }

  /** Where a tensor's values were made; null where they were not. */
  madeOf({ dataId }: Pick<TensorInfo, 'dataId'>): Made | null {
    const found = this.#pieces.findLast((piece) => piece.kind === 'made' && piece.dataId === dataId);
    return found?.kind === 'made' ? found : null;
  }

  /** Told of room for a tensor. */
  allocated(dataId: TensorInfo['dataId'], piece: Piece): void {
    this.#pieces.push({ kind: 'made', dataId, ...piece, used: null });
  }

  /** Told that kernels may write there as they like. */
  lent(piece: Piece): void {
    this.#pieces = this.#pieces.filter((known) => known.kind !== 'constant' || !overlaps(known, piece));
  }

  /**
   * Told of what the host wrote.
   *
   * @param addresses how many of the numbers, from the first, are addresses
   */
  wrote(start: number, numbers: Int32Array, { addresses = 0, stepAt = null as number | null } = {}): void {
    const references = Array.from({ length: addresses }, (_, at) => at);
    this.#pieces.push({
      ...{ kind: 'constant', start, bytes: numbers.length * VALUE_BYTES, numbers, stepAt },
      references: this.#resolve(numbers, references),
    });
  }

  /** Told of a kernel's work. @param addresses which of its numbers are */
  ran(numbers: Int32Array, addresses: readonly number[]): void {
    const references = this.#resolve(numbers, addresses);
    const index = this.tasks.push({ numbers, references }) - 1;
    for (const { to } of references) {
      use(to, index);
      if (to.kind === 'constant') for (const { to: behind } of to.references) use(behind, index);
    }
  }

  #resolve(numbers: Int32Array, addresses: readonly number[]): readonly Reference[] {
    return addresses.flatMap((at) => {
      const address = (numbers[at] ?? 0) >>> 0;
      const to = address === 0 ? null : this.#pieceAt(address);
      return to === null ? [] : { at, to, offset: address - to.start };
    });
  }

  /** Null for what kernels have for themselves, and what is not known. */
  #pieceAt(address: number): Given | Made | Constant | null {
    const found = this.#pieces.findLast(
      (piece) => holds(piece, address) && (piece.kind !== 'made' || this.#backend.isThere(piece.dataId)),
    );
    if (found !== undefined) return found;
    if (!holds(this.#backend.shared, address)) this.missed();
    return null;
  }
}

function use(piece: Given | Made | Constant, task: number): void {
  if (piece.kind === 'made') piece.used = { first: piece.used?.first ?? task, last: task };
}

let active: Recorder | null = null;

/** What is being recorded by; null where nothing is. */
export const activeRecorder = (): Recorder | null => active;

/** Has what kernels are asked for in `run` noted. */
export function recordingWith<Result>(recorder: Recorder, run: () => Result): Result {
  invariant(active === null, 'one step is recorded at a time');
  active = recorder;
  try {
    return run();
  } finally {
    active = null;
  }
}
