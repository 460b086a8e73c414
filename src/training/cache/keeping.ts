/**
 * What is kept of a section of the frozen part when memory is short: the waist itself, as many views of it as there is
 * room for; or a *ledge*, a tensor before the waist that takes less room, from which the rest is computed anew in each
 * epoch. Chosen by the estimated time of an epoch.
 */
import type { Station } from '../../models/stations.ts';
import { tierFor, without, type Room } from './room.ts';
import { pictureBytesOf } from './slab.ts';

/** How many pictures are looked at. */
export interface Looks {
  /** Of each augmented view. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Augmented views that are kept, cycled through by the epochs; 0 where each epoch has new ones. */
  readonly views: number;
}

/** How fast the machine is, roughly. */
export interface Speed {
  readonly multiplyAddsPerSecond: number;
  /** From the machine's storage. */
  readonly storedBytesPerSecond: number;
}

/** What is kept. */
export interface Keeping {
  readonly station: Station;
  /** Views that there is room for, the plain one among them. */
  readonly views: number;
  /** Whether all views are. */
  readonly isWhole: boolean;
  /** Whether reading it from storage takes less time than computing it. */
  readonly mayStore: boolean;
  /** What is left for others. */
  readonly room: Room;
}

const MEMORY_BYTES_PER_SECOND = 4e9;

/**
 * Chooses.
 *
 * @param stations in order, the waist last; at least one
 */
export function chooseKeeping(
  stations: readonly Station[],
  looks: Looks,
  room: Room,
  speed: Speed,
): Keeping | null {
  const whole = stations.at(-1)?.work ?? 0;
  let best: { readonly keeping: Keeping; readonly seconds: number } | null = null;
  for (const station of stations.toReversed()) {
    const tried = keepAt(station, whole, looks, room, speed);
    if (best === null || tried.seconds < best.seconds) best = tried;
    // Nothing before the waist is faster than all of the waist.
    if (best.keeping.isWhole && best.keeping.station === stations.at(-1)) break;
  }
  return best?.keeping ?? null;
}

/** How many pictures each view has, in the order in which a run comes to them. */
function viewSizes({ train, validation, test, views }: Looks): { pictures: number; isPlain: boolean }[] {
  const plain = { pictures: validation + test, isPlain: true };
  const augmented = Array.from({ length: views }, () => ({ pictures: train, isPlain: false }));
  return [...augmented.slice(0, 1), plain, ...augmented.slice(1)];
}

/** What an epoch takes with a station kept, as far as that depends on the station. */
function keepAt(
  station: Station,
  whole: number,
  looks: Looks,
  room: Room,
  { multiplyAddsPerSecond, storedBytesPerSecond }: Speed,
): { readonly keeping: Keeping; readonly seconds: number } {
  const bytes = pictureBytesOf(station);
  const storedSeconds = bytes / 2 / storedBytesPerSecond;
  const mayStore = storedSeconds < station.work / multiplyAddsPerSecond;
  const rest = (whole - station.work) / multiplyAddsPerSecond;
  const sizes = viewSizes(looks);
  let left = room;
  let seconds = 0;
  let views = 0;
  for (const { pictures, isPlain } of sizes) {
    const taken = tierFor(pictures * bytes, left, mayStore);
    const looked = isPlain ? looks.validation : looks.train / looks.views;
    if (taken === null) {
      seconds += looked * (whole / multiplyAddsPerSecond);
      continue;
    }
    left = without(taken, left);
    views += 1;
    const reading = taken.tier === 'stored' ? storedSeconds : bytes / MEMORY_BYTES_PER_SECOND;
    seconds += looked * (reading + rest);
  }
  return { keeping: { station, views, isWhole: views === sizes.length, mayStore, room: left }, seconds };
}
