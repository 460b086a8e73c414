/**
 * Owns which ways WebGPU's matrix products take in a run (kernels/webgpu/linear/variants.ts): those that the run began with,
 * those of the run that its recipe was opened from, or those that were measured on this device, once, and kept; or the table's,
 * which is the same everywhere. A software adapter takes the table's, unless a recipe wants them measured.
 */
import * as tf from '@tensorflow/tfjs';
import { gpuOf } from '../../kernels/webgpu/gpu.ts';
import { measuring, type Measured, type Measuring } from '../../kernels/webgpu/linear/measure.ts';
import { LAYERS, type MeasuredLayer } from '../../kernels/webgpu/linear/trials.ts';
import { takeChoice, type Choice } from '../../kernels/webgpu/linear/variants.ts';
import { hashText } from '../../lib/bytes/hash.ts';
import type { Platform } from '../../platform/platform.ts';
import { isSoftwareGpu, measuredBy, type GpuKernels } from '../../protocol/device.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/events.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { Device } from './device.ts';
import { hasOtherKernels } from './kernels.ts';
import { choiceFrom, readMeasured, writeMeasured } from './measured-kernels.ts';
import type { ComputedBefore } from './arithmetic.ts';

interface Asked {
  readonly device: Device;
  readonly recipe: Pick<FullRecipe, 'gpuKernels'>;
  readonly platform: Pick<Platform, 'openStore'>;
  /** As the run's record notes them. */
  readonly kernels: string;
  /** How the run was computed so far; null for one that begins. */
  readonly before: ComputedBefore | null;
  /** What is measured; those that networks have unless others are given. */
  readonly layers?: readonly MeasuredLayer[];
}

/** Measures, half a second at most, has the device go by what was found, and says what must be said of it; null on another backend. */
export type TakeKernels = (emit: (event: RunEvent) => void) => Promise<GpuKernels | null>;

/** Ways, once it is said what must be said of them. */
type TakeWays = (emit: (event: RunEvent) => void) => Choice | Promise<Choice>;

/** Lets the device compile what is to be measured, if anything is. */
export async function gpuKernels(asked: Asked): Promise<TakeKernels> {
  // That a run goes on with another backend is said where its SIMD is (simd.ts).
  if (asked.device.report.backend !== 'webgpu') return () => Promise.resolve(null);
  const measured = measuring(asked.layers ?? LAYERS);
  const on = hashText(JSON.stringify([...(await machineTexts()), measured.source]));
  const before = asked.before?.backend === 'webgpu' ? asked.before : null;
  const isElsewhere =
    before !== null && (before.gpuKernels?.on !== on || hasOtherKernels(before, asked.kernels));
  const ways = await waysOf(asked, on, before?.gpuKernels ?? null, measured);
  return async (emit) => {
    const kernels = { on, ways: await ways(emit) };
    takeChoice(gpuOf(tf.backend()), kernels.ways);
    if (isElsewhere) emit({ kind: 'notice', of: 'run', notice: otherDigits().toWire() });
    return kernels;
  };
}

/** @param begun what the run took so far */
async function waysOf(
  asked: Asked,
  on: string,
  begun: GpuKernels | null,
  measured: Measuring,
): Promise<TakeWays> {
  const { gpuKernels: mode } = asked.recipe;
  const theirs = typeof mode === 'string' ? null : mode;
  for (const taken of [begun, theirs]) {
    const ways = taken?.on === on ? choiceFrom(taken.ways) : null;
    if (ways !== null) return () => ways;
  }
  const own =
    mode === 'table' || (mode !== 'measured' && isSoftwareGpu(asked.device.report))
      ? (): Choice => ({})
      : await keptOrMeasured(asked, on, measured);
  if (theirs === null || begun !== null) return own;
  return (emit) => {
    emit({ kind: 'notice', of: 'run', notice: notTheirs().toWire() });
    return own(emit);
  };
}

/** Between runs the device goes by the table: what is computed then is the same whichever run came before. */
export function goByTable(): void {
  if (tf.getBackend() === 'webgpu') takeChoice(gpuOf(tf.backend()), {});
}

async function keptOrMeasured(
  { device, platform }: Asked,
  on: string,
  measured: Measuring,
): Promise<TakeWays> {
  const kept = await readMeasured(platform, on);
  const ways = kept === null ? null : choiceFrom(kept.ways);
  if (ways !== null) return () => ways;
  const failed = measured.compile().then(
    () => null,
    (cause: unknown) => ({ cause }),
  );
  return async (emit) => {
    const found = await measuredOr(failed, measured, emit);
    if (found === null) return {};
    await writeMeasured(platform, on, {
      device: device.report.label,
      measuredAtMs: Date.now(),
      by: measuredBy(),
      ...found,
    });
    return found.ways;
  };
}

/** Null where a device does not do what is measured: no reason not to train. */
async function measuredOr(
  failed: Promise<{ readonly cause: unknown } | null>,
  measured: Measuring,
  emit: (event: RunEvent) => void,
): Promise<Measured | null> {
  try {
    const failure = await failed;
    if (failure !== null) throw failure.cause;
    return await measured.measure();
  } catch (cause) {
    emit({ kind: 'notice', of: 'run', notice: notMeasured(cause).toWire() });
    return null;
  }
}

function notMeasured(cause: unknown): StudioError {
  return new StudioError({
    code: 'gpu/kernels-not-measured',
    message:
      'The ways of computing on this GPU were to be measured, and that failed: it computes by those that are the same everywhere.',
    hint: 'Training is right, perhaps slower. It is tried again with the next run; the recipe’s gpuKernels "table" leaves it out.',
    cause,
  });
}

/** What tells the adapter and the browser, as far as they say it. */
async function machineTexts(): Promise<string[]> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  const { vendor = '', architecture = '', device = '', description = '' } = adapter?.info ?? {};
  const { userAgent = '' } = navigator as { readonly userAgent?: string };
  return [vendor, architecture, device, description, userAgent];
}

function otherDigits(): StudioError {
  return new StudioError({
    code: 'gpu/other-kernels',
    message:
      'The run began on another GPU or browser, or by other kernels: it goes on, but sums are added in another order, so that last digits may differ from a run that stayed there.',
    hint: 'For the same digits, go on where it began.',
  });
}

function notTheirs(): StudioError {
  return new StudioError({
    code: 'gpu/kernels-of-elsewhere',
    message:
      'The recipe names the ways that a run computed in on another GPU or browser, or by other kernels: this run goes by its own, so that last digits may differ from that one.',
    hint: 'For the same digits, train it where that run was computed.',
  });
}
