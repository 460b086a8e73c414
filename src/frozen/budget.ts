/**
 * What fits where. Of each section of the frozen part the cut output is kept, where there is room: in the GPU's memory,
 * in the host's, on disk, the fastest place first. Where there is none for all of it, the shorter of two ways is taken,
 * by the estimated time of an epoch: as many views of the cut output as fit, or an *earlier cut*, a tensor before it that
 * takes less room, from which the rest is computed anew in each epoch. Pure: nothing is asked of the machine.
 */
import type { Backend } from '../protocol/device.ts';
import { invariant } from '../protocol/errors.ts';
import type { CachePrecision } from '../protocol/recipe/recipe.ts';
import type { CandidateCut } from './cut.ts';
import { pictureBytes } from './precision.ts';

/** Where activations can be kept. */
export type Place = 'gpu' | 'memory' | 'disk';

/** Bytes that each place has left. */
export interface Room {
  readonly gpuBytes: number;
  /** The most that the GPU takes in one piece. */
  readonly gpuPieceBytes: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** Where a view goes, and what it takes of that place. */
export interface Placement {
  readonly place: Place;
  readonly bytes: number;
}

/** How many pictures a run has in each view. */
export interface ViewsPerPicture {
  /** Pictures of each augmented view. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Augmented views that are kept, cycled through by the epochs; 0 where each epoch has new ones. */
  readonly views: number;
}

/** How fast the machine is, roughly. */
export interface Speed {
  readonly multiplyAddsPerSecond: number;
  readonly diskBytesPerSecond: number;
}

export interface BudgetInputs {
  /** In order, the cut output last; at least one. */
  readonly cuts: readonly CandidateCut[];
  readonly pictures: ViewsPerPicture;
  readonly room: Room;
  readonly speed: Speed;
  /** Of the cut output. An earlier cut is kept as it is: what is computed from it must not tell. */
  readonly precision: CachePrecision;
}

/** What is kept of a section. */
export interface Budget {
  /** The cut output, or an earlier cut. */
  readonly cut: CandidateCut;
  /** In which it is kept. */
  readonly precision: CachePrecision;
  /** Views that there is room for, the plain one among them. */
  readonly views: number;
  /** Whether all views are. */
  readonly isWhole: boolean;
  /** Whether reading it from disk takes less time than computing it. */
  readonly mayUseDisk: boolean;
  /** What is left for others. */
  readonly room: Room;
}

const MEMORY_BYTES_PER_SECOND = 4e9;

/** IndexedDB and files. */
const DISK_BYTES_PER_SECOND = 2e8;

/**
 * Estimates, the same on every machine so that a run takes the same way again. wasm and cpu as measured with MobileNetV2
 * on one core; a GPU's is that of a small one, which favours keeping.
 */
const MULTIPLY_ADDS_PER_SECOND: Readonly<Record<Backend, number>> = {
  webgpu: 2e11,
  webgl: 5e10,
  wasm: 2.5e9,
  cpu: 1e8,
};

/** @param backend as tfjs calls it */
export function speedOf(backend: string): Speed {
  const known = new Map<string, number>(Object.entries(MULTIPLY_ADDS_PER_SECOND)).get(backend);
  return {
    multiplyAddsPerSecond: known ?? MULTIPLY_ADDS_PER_SECOND.wasm,
    diskBytesPerSecond: DISK_BYTES_PER_SECOND,
  };
}

/**
 * Where a view of `bytes` goes; null when no place has room for it whole.
 *
 * @param mayUseDisk whether reading it from disk is worth it
 */
export function placementFor(bytes: number, room: Room, mayUseDisk: boolean): Placement | null {
  if (bytes <= Math.min(room.gpuBytes, room.gpuPieceBytes)) return { place: 'gpu', bytes };
  if (bytes <= room.memoryBytes) return { place: 'memory', bytes };
  return mayUseDisk && bytes <= room.diskBytes ? { place: 'disk', bytes } : null;
}

/** What is left when a view has been placed. */
export function without({ place, bytes }: Placement, room: Room): Room {
  switch (place) {
    case 'gpu':
      return { ...room, gpuBytes: room.gpuBytes - bytes };
    case 'memory':
      return { ...room, memoryBytes: room.memoryBytes - bytes };
    case 'disk':
      return { ...room, diskBytes: room.diskBytes - bytes };
    default:
      return place satisfies never;
  }
}

/** A way to spend the room, and what an epoch takes then, as far as that depends on the way. */
interface Option {
  readonly budget: Budget;
  readonly usesDisk: boolean;
  readonly seconds: number;
}

/** Decides what is kept of one section. */
export function budgetOf(inputs: BudgetInputs): Budget {
  const output = inputs.cuts.at(-1);
  invariant(output !== undefined, 'a section ends in a cut output');
  let best = keptAt(output, output, inputs);
  // Nothing before the cut output is faster than all of the cut output in memory.
  if (best.budget.isWhole && !best.usesDisk) return best.budget;
  for (const cut of inputs.cuts.slice(0, -1).toReversed()) {
    const other = keptAt(cut, output, inputs);
    if (other.seconds < best.seconds) best = other;
  }
  return best.budget;
}

/** How many pictures each view has, in the order in which a run comes to them. */
function viewSizes({ train, validation, test, views }: ViewsPerPicture): {
  readonly pictures: number;
  readonly perEpoch: number;
}[] {
  // The test pictures come once, at the end.
  const plain = { pictures: validation + test, perEpoch: validation };
  const augmented = Array.from({ length: views }, () => ({ pictures: train, perEpoch: train / views }));
  return [...augmented.slice(0, 1), plain, ...augmented.slice(1)];
}

function keptAt(cut: CandidateCut, output: CandidateCut, inputs: BudgetInputs): Option {
  const { multiplyAddsPerSecond, diskBytesPerSecond } = inputs.speed;
  const precision = cut === output ? inputs.precision : 'float32';
  const bytes = pictureBytes(cut.shape, precision);
  const diskSeconds = bytes / diskBytesPerSecond;
  const mayUseDisk = diskSeconds < cut.multiplyAdds / multiplyAddsPerSecond;
  const rest = (output.multiplyAdds - cut.multiplyAdds) / multiplyAddsPerSecond;
  const sizes = viewSizes(inputs.pictures);
  let { room } = inputs;
  let [seconds, views, usesDisk] = [0, 0, false];
  for (const { pictures, perEpoch } of sizes) {
    const placement = placementFor(pictures * bytes, room, mayUseDisk);
    if (placement === null) {
      seconds += perEpoch * (output.multiplyAdds / multiplyAddsPerSecond);
      continue;
    }
    room = without(placement, room);
    views += 1;
    const isOnDisk = placement.place === 'disk';
    usesDisk ||= isOnDisk;
    seconds += perEpoch * ((isOnDisk ? diskSeconds : bytes / MEMORY_BYTES_PER_SECOND) + rest);
  }
  return {
    budget: { cut, precision, views, isWhole: views === sizes.length, mayUseDisk, room },
    usesDisk,
    seconds,
  };
}
