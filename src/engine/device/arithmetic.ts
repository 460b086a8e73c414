/**
 * Owns what a run's record notes of how it was computed: its SIMD, its kernels, and in words what it was computed on; each once,
 * or anew with every other by which it went on.
 */
import { BACKEND_NAMES, type DeviceReport, type GpuKernels } from '../../protocol/device.ts';
import type { RunResult } from '../../protocol/events.ts';
import type { Simd } from '../../protocol/recipe/recipe.ts';
import type { CheckpointHead } from '../checkpoints/checkpoint.ts';
import type { Device } from './device.ts';
import { hasOtherKernels, kernelsAfter } from './kernels.ts';

/** How a run was computed until its last checkpoint. */
export type ComputedBefore = Pick<
  CheckpointHead,
  'backend' | 'simd' | 'kernels' | 'gpuKernels' | 'computedOn'
>;

/** What computes a run from now on. */
export interface Arithmetic {
  /** Null on other devices than wasm. */
  readonly simd: Simd | null;
  /** As {@link kernelsInUse} has them. */
  readonly kernels: string;
  /** Whether activations are stored as halves. */
  readonly halves: boolean;
}

/** All SIMD that a run was computed with until a checkpoint; earlier versions had plain SIMD alone, and did not note it. */
export function simdOf({ backend, simd }: Pick<ComputedBefore, 'backend' | 'simd'>): readonly Simd[] {
  return simd ?? (backend === 'wasm' ? ['plain'] : []);
}

/** As a run's record notes it. */
export const notedKernels = ({ kernels, halves }: Pick<Arithmetic, 'kernels' | 'halves'>): string =>
  halves ? `${kernels}, activations as halves` : kernels;

interface OnDevice {
  readonly device: Pick<Device, 'report'>;
  /** Null on other devices than WebGPU. */
  readonly gpuKernels: GpuKernels | null;
}

/** What a run was computed with until a checkpoint, and with what it goes on. */
export function arithmeticAfter(
  before: ComputedBefore | null,
  { simd, device, gpuKernels, ...how }: Arithmetic & OnDevice,
): Required<Pick<RunResult, 'simd' | 'kernels' | 'computedOn'>> {
  const kernels = notedKernels(how);
  const all = before === null ? [] : simdOf(before);
  return {
    simd: simd === null || all.at(-1) === simd ? all : [...all, simd],
    kernels: kernelsAfter(before, kernels),
    computedOn: computedOnAfter(before, { ...how, simd, kernels, device: device.report, gpuKernels }),
  };
}

/** What computes it from now on; kernels as its record notes them. */
interface ComputedNow extends Arithmetic, Pick<OnDevice, 'gpuKernels'> {
  readonly device: DeviceReport;
}

/** What is added where all but the kernels, or the browser, is as it was. */
const BY_OTHERS = ' by other kernels';

/** All that a run was computed on until a checkpoint, and what it goes on with. */
function computedOnAfter(before: ComputedBefore | null, now: ComputedNow): readonly string[] {
  if (before === null) return [textOf(now, false)];
  const all = before.computedOn ?? [earlierText(before)];
  const [earlier, last = ''] = [all.slice(0, -1), all.at(-1)];
  const text = textOf(now, last.includes(' SIMD'));
  // The same, but with as many threads as there are now, which change no digit.
  if (isSame(before, now)) return [...earlier, `${text}${last.endsWith(BY_OTHERS) ? BY_OTHERS : ''}`];
  return [...all, last.replace(BY_OTHERS, '') === text ? `${text}${BY_OTHERS}` : text];
}

/** @param isPlainSaid whether SIMD was said before, so that plain SIMD has to be said too */
function textOf({ device, simd, halves, gpuKernels }: ComputedNow, isPlainSaid: boolean): string {
  const ways = Object.keys(gpuKernels?.ways ?? {}).length;
  return [
    `${device.label}${simd === 'relaxed' || (simd === 'plain' && isPlainSaid) ? ` with ${simd} SIMD` : ''}`,
    ...(ways > 0 ? ['matrix products as measured'] : []),
    ...(halves ? ['activations as halves'] : []),
  ].join(', ');
}

/** Of what an earlier version of Mien noted less of. */
const earlierText = (before: ComputedBefore): string =>
  `${BACKEND_NAMES[before.backend]}${simdOf(before).at(-1) === 'relaxed' ? ' with relaxed SIMD' : ''}`;

const isSame = (before: ComputedBefore, { device, simd, kernels, gpuKernels }: ComputedNow): boolean =>
  before.backend === device.backend &&
  (device.backend !== 'wasm' || simdOf(before).at(-1) === simd) &&
  (before.gpuKernels?.on ?? null) === (gpuKernels?.on ?? null) &&
  !hasOtherKernels(before, kernels);
