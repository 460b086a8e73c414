/**
 * Owns which SIMD wasm computes a run with, whether WebGPU stores its activations as halves, and what is said where that is not
 * what the recipe asks for, or a run goes on by another arithmetic. A run keeps to what it began with as long as it can; whatever is computed beside runs is computed with
 * plain SIMD.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { useSimd } from '../../kernels/wasm/threads.ts';
import { BACKEND_NAMES, type DeviceReport } from '../../protocol/device.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/events.ts';
import type { Recipe, Simd } from '../../protocol/recipe/recipe.ts';
import { simdOf, type Arithmetic, type ComputedBefore } from './arithmetic.ts';
import { hasOtherKernels, kernelsInUse, otherKernels } from './kernels.ts';
import type { DeviceHost } from './wasm.ts';

/**
 * Does work with what a recipe asks for, on the device in use, or with what the run began with there; says first what that
 * is.
 *
 * @param before how the run was computed so far; null for one that begins
 */
export async function computing<Output>(
  { simd: asked, ...onGpu }: Pick<Recipe, 'simd' | 'gpuActivations' | 'gpuKernels'>,
  before: ComputedBefore | null,
  { device, host, emit }: { device: DeviceReport; host: DeviceHost; emit: (event: RunEvent) => void },
  work: (how: Arithmetic) => Promise<Output>,
): Promise<Output> {
  const { simd, notices } = await taken(asked, before, device, host);
  const halves = onGpu.gpuActivations === 'float16' && device.backend === 'webgpu';
  try {
    emit({ kind: 'device', device, simd });
    for (const notice of [...unusedOf(onGpu, device), ...notices])
      emit({ kind: 'notice', of: 'run', notice: notice.toWire() });
    return await work({ simd, kernels: kernelsInUse(), halves });
  } finally {
    if (simd === 'relaxed') await use('plain', host);
  }
}

async function taken(
  asked: Simd,
  before: ComputedBefore | null,
  device: DeviceReport,
  host: DeviceHost,
): Promise<{ readonly simd: Simd | null; readonly notices: readonly StudioError[] }> {
  if (device.backend !== 'wasm') {
    const notices = asked === 'relaxed' ? [isWasmOnly(device)] : [];
    return { simd: null, notices: [...notices, ...goneOver(before, device, null)] };
  }
  const wanted = (before === null ? [] : simdOf(before)).at(-1) ?? asked;
  try {
    await use(wanted, host);
    const notices = wanted === asked ? [] : [asItBegan()];
    return { simd: wanted, notices: [...notices, ...goneOver(before, device, wanted)] };
  } catch (error) {
    if (!(error instanceof StudioError) || error.code !== 'gpu/no-relaxed-simd') throw error;
    return { simd: 'plain', notices: [plainInstead(error), ...goneOver(before, device, 'plain')] };
  }
}

async function use(simd: Simd, { platform }: DeviceHost): Promise<void> {
  const backend: unknown = tf.backend();
  await useSimd(backend as BackendWasm, simd, platform);
}

const isWasmOnly = ({ label }: DeviceReport): StudioError =>
  new StudioError({
    code: 'gpu/simd-unused',
    message: `The recipe asks for relaxed SIMD, which only wasm has; this run is computed on ${label}, and it changes nothing there.`,
    hint: 'Choose wasm in the device line to compute with it.',
  });

/** What a recipe asks for of WebGPU, on a device that is another. */
function unusedOf(
  { gpuActivations, gpuKernels }: Pick<Recipe, 'gpuActivations' | 'gpuKernels'>,
  device: DeviceReport,
): readonly StudioError[] {
  if (device.backend === 'webgpu') return [];
  return [
    ...(gpuActivations === 'float16' ? [halvesUnused(device)] : []),
    ...(typeof gpuKernels === 'string' ? [] : [waysUnused(device)]),
    ...(gpuKernels === 'measured' ? [measuringUnused(device)] : []),
  ];
}

/** A way to WebGPU that there is here. */
const toWebGpu = ({ candidates }: DeviceReport): string =>
  candidates.some(({ backend, available }) => backend === 'webgpu' && available)
    ? 'Choose WebGPU in the device line'
    : 'There is no WebGPU here: take a browser and a device that have it';

const halvesUnused = (device: DeviceReport): StudioError =>
  new StudioError({
    code: 'gpu/halves-unused',
    message: `The recipe asks for activations as halves, which only WebGPU stores; this run is computed on ${device.label} with all 32 bits.`,
    hint: `${toWebGpu(device)}, or turn “Activations as halves” off in the device line; in a recipe that is "gpuActivations": "float32".`,
  });

const waysUnused = ({ label }: DeviceReport): StudioError =>
  new StudioError({
    code: 'gpu/ways-unused',
    message: `The recipe names the ways that a run took on WebGPU; this run is computed on ${label}, so that its last digits may differ from that one’s.`,
    hint: 'For the same digits, train it with WebGPU on the device and in the browser of that run; to leave those ways, choose “As fits the device” in the device line.',
  });

const measuringUnused = (device: DeviceReport): StudioError =>
  new StudioError({
    code: 'gpu/measuring-unused',
    message: `The recipe asks for the fastest ways as measured, of which only WebGPU has several; this run is computed on ${device.label}, and it changes nothing there.`,
    hint: `${toWebGpu(device)}, or choose “As fits the device” in the device line; in a recipe that is "gpuKernels": "auto".`,
  });

const plainInstead = (cause: StudioError): StudioError =>
  new StudioError({
    code: 'gpu/no-relaxed-simd',
    message: `${cause.message} The run is computed with plain SIMD, and its record says so.`,
    hint: 'Turn “Relaxed SIMD on wasm” off in the device line (in a recipe that is "simd": "plain"), or take a browser that has it, such as Chrome or Edge.',
    cause,
  });

const asItBegan = (): StudioError =>
  new StudioError({
    code: 'gpu/simd-as-begun',
    message: 'The recipe asks for relaxed SIMD; the run began with plain SIMD, and goes on with it.',
    hint: 'Train from the start to have all of it computed with relaxed SIMD.',
  });

/** What a run that goes on elsewhere says; nothing where it goes on as it was. */
function goneOver(
  before: ComputedBefore | null,
  { backend }: DeviceReport,
  simd: Simd | null,
): readonly StudioError[] {
  if (before === null) return [];
  const [was, is] = [textOf(before.backend, simdOf(before).at(-1) ?? null), textOf(backend, simd)];
  // Of WebGPU gpu-kernels.ts says it, which knows the machine.
  if (was === is) {
    return backend !== 'webgpu' && hasOtherKernels(before, kernelsInUse()) ? [otherKernels()] : [];
  }
  return [
    new StudioError({
      code: 'train/other-arithmetic',
      message: `The run was computed on ${was} so far and goes on on ${is}: its last digits may differ from those of a run in one go.`,
      hint: 'For the same digits, resume it where it began.',
    }),
  ];
}

const textOf = (backend: DeviceReport['backend'], simd: Simd | null): string =>
  backend === 'wasm' && simd !== null
    ? `${BACKEND_NAMES[backend]} with ${simd} SIMD`
    : BACKEND_NAMES[backend];
