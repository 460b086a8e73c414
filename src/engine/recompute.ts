/** How fast devices are, for choosing between keeping and computing again; and what is said of the choice. */
import { formatBytes, formatPercent } from '../lib/format.ts';
import type { Station } from '../models/stations.ts';
import type { Backend } from '../protocol/device.ts';
import { StudioError } from '../protocol/errors.ts';
import type { Keeping, Speed } from '../training/cache/keeping.ts';
import { pictureBytesOf } from '../training/cache/slab.ts';

/** IndexedDB and files, read back and widened to 32 bits. */
const STORED_BYTES_PER_SECOND = 2e8;

const speed = (multiplyAddsPerSecond: number): Speed => ({
  multiplyAddsPerSecond,
  storedBytesPerSecond: STORED_BYTES_PER_SECOND,
});

/**
 * Estimates, the same on every machine so that a run takes the same way again. wasm and cpu as measured with MobileNetV2
 * on one core; a GPU's is that of a small one, which favours keeping.
 */
const SPEEDS: Readonly<Record<Backend, Speed>> = {
  webgpu: speed(2e11),
  webgl: speed(5e10),
  wasm: speed(2.5e9),
  cpu: speed(1e8),
};

/** @param backend as tfjs calls it */
export function speedOf(backend: string): Speed {
  return new Map<string, Speed>(Object.entries(SPEEDS)).get(backend) ?? SPEEDS.wasm;
}

/**
 * Said once of a waist in whose place a ledge before it is kept.
 *
 * @param whole the waist
 */
export function keptAtLedge(
  waistName: string,
  ledgeName: string,
  whole: Station,
  keeping: Keeping,
): StudioError {
  const { station, isWhole } = keeping;
  const anew = formatPercent(1 - station.work / whole.work, 0);
  const howFar = isWhole ? '' : ' for as many views as there is room for';
  return new StudioError({
    code: 'storage/activations-not-kept',
    message: `What the frozen part computes up to ${waistName} (${formatBytes(pictureBytesOf(whole))} a picture) does not fit into this machine’s memory for all pictures and views. Kept is what it computes up to ${ledgeName} (${formatBytes(pictureBytesOf(station))} a picture)${howFar}; the rest, ${anew} of its work, is done anew in each epoch.`,
    hint: 'The results are the same; it only takes longer. Fewer views, smaller pictures or fewer unfrozen layers need less room.',
  });
}
