/** Owns what was measured of WebGPU's ways (gpu-kernels.ts) and is kept for the runs after. */
import * as z from 'zod/mini';
import { VARIANTS, type Choice } from '../../kernels/webgpu/linear/variants.ts';
import { parseJson } from '../../lib/json.ts';
import type { Platform } from '../../platform/platform.ts';
import { BestEffortStore } from '../../platform/stores/best-effort-store.ts';
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import type { GpuKernels, MeasuredKernels } from '../../protocol/device.ts';

type Stores = Pick<Platform, 'openStore'>;

const MeasuredSchema = z.object({
  device: z.string(),
  measuredAtMs: z.number(),
  ways: z.record(z.string(), z.string()),
  gains: z.record(z.string(), z.number()),
  by: z.optional(z.string()),
});

/** Ways that a run or a store noted; null where there are none of their names any more. */
export function choiceFrom(ways: GpuKernels['ways']): Choice | null {
  return Object.values(ways).every((way) => Object.hasOwn(VARIANTS, way)) ? ways : null;
}

/** Of one device; null where nothing is kept that can be read. */
export async function readMeasured(platform: Stores, on: string): Promise<MeasuredKernels | null> {
  const found = await storeOf(platform)?.read(({ getMany }) => getMany([on]));
  return measuredFrom(found?.[0]);
}

export async function writeMeasured(platform: Stores, on: string, measured: MeasuredKernels): Promise<void> {
  const written = new TextEncoder().encode(JSON.stringify(measured));
  await storeOf(platform)?.write(({ setMany }) => setMany([[on, written]]));
}

/** Of all devices, the latest first. */
export async function listMeasured(platform: Stores): Promise<readonly MeasuredKernels[]> {
  const found = await storeOf(platform)?.read(async ({ list, getMany }) =>
    getMany((await list('')).map(({ key }) => key)),
  );
  const all = (found ?? []).flatMap((bytes) => measuredFrom(bytes) ?? []);
  return all.toSorted((one, other) => other.measuredAtMs - one.measuredAtMs);
}

/** The next run of each device measures again. @throws StudioError `storage/…` */
export async function forgetMeasured({ openStore }: Stores): Promise<void> {
  await openStore('measurements')?.deleteAll('');
}

function storeOf({ openStore }: Stores): BestEffortStore<ByteStore> | null {
  const store = openStore('measurements');
  return store === null ? null : new BestEffortStore(store, { trouble: null });
}

function measuredFrom(bytes: Uint8Array | undefined): MeasuredKernels | null {
  if (bytes === undefined) return null;
  const { success, data } = MeasuredSchema.safeParse(parseJson(new TextDecoder().decode(bytes)));
  return success && choiceFrom(data.ways) !== null ? data : null;
}
