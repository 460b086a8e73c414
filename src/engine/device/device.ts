/**
 * Which device a run uses. The policy: WebGPU on hardware, WebGL on hardware, wasm, cpu; a software adapter counts as
 * no GPU, because it is some 90 times slower than wasm. The user can override. Each probe returns what it found
 * instead of throwing.
 */
import * as tf from '@tensorflow/tfjs';
import type { Backend, BackendChoice, DeviceReport, ProbeResult } from '../../protocol/device.ts';
import { asStudioError, StudioError } from '../../protocol/errors.ts';
import { activate } from './activate.ts';
import { checkDevice } from './device-check.ts';
import { forgetLostDevice, watchDevice } from './device-loss.ts';

/** Where the wasm backend's binaries are: a folder with a trailing slash, or each file's address by name. */
export type WasmPaths = string | Readonly<Record<string, string>>;

const BACKEND_LABELS: Readonly<Record<Backend, string>> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'wasm',
  cpu: 'cpu',
};

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** Tries each backend in the policy's order. */
export async function probeDevices(): Promise<readonly ProbeResult[]> {
  return [await probeWebGpu(), probeWebGl(), await probeWasm(), probeCpu()];
}

/**
 * Probes, chooses, starts and checks a backend. When the policy's first choice does not start or computes wrongly, the
 * next one is taken, and the report says so.
 *
 * @throws StudioError `gpu/unavailable` when the chosen one cannot run here, `gpu/start-failed` when it does not start,
 * `gpu/wrong-results` when it computes something else than cpu
 */
export async function startDevice(choice: BackendChoice, wasmPaths: WasmPaths): Promise<DeviceReport> {
  const candidates = [...(await probeDevices())];
  for (;;) {
    const chosen = candidates.find(({ backend, available, suitable }) =>
      choice === 'auto' ? suitable : backend === choice && available,
    );
    if (chosen === undefined) throw unavailable(choice, candidates);
    try {
      await startBackend(chosen.backend, wasmPaths);
      await checkDevice(chosen.backend);
    } catch (error) {
      if (choice !== 'auto' || !(error instanceof StudioError)) throw error;
      candidates[candidates.indexOf(chosen)] = { ...chosen, suitable: false, why: error.message };
      continue;
    }
    const name = chosen.backend === 'wasm' ? await wasmName() : chosen.name;
    return {
      backend: chosen.backend,
      label: `${BACKEND_LABELS[chosen.backend]} · ${name}`,
      why: whyChosen(choice, chosen, candidates),
      chosenBy: choice === 'auto' ? 'policy' : 'user',
      candidates,
    };
  }
}

async function probeWebGpu(): Promise<ProbeResult> {
  const none = (why: string): ProbeResult => ({
    backend: 'webgpu',
    available: false,
    suitable: false,
    name: '–',
    why,
  });
  if (typeof navigator === 'undefined' || !('gpu' in navigator)) return none('There is no WebGPU here.');
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return none('There is no WebGPU adapter.');
  const { info } = adapter;
  const name =
    [info.description, info.device, info.architecture, info.vendor].find((text) => text !== '') ?? 'GPU';
  const isSoftware =
    info.isFallbackAdapter ||
    SOFTWARE.test(`${info.vendor} ${info.architecture} ${info.device} ${info.description}`);
  const why = isSoftware
    ? `The only WebGPU adapter here is software (${name}), some 90 times slower than wasm.`
    : 'WebGPU on hardware is the fastest.';
  return { backend: 'webgpu', available: true, suitable: !isSoftware, name, why };
}

function probeWebGl(): ProbeResult {
  const none = (why: string): ProbeResult => ({
    backend: 'webgl',
    available: false,
    suitable: false,
    name: '–',
    why,
  });
  if (typeof OffscreenCanvas === 'undefined') return none('There is no WebGL here.');
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) return none('There is no WebGL 2 here.');
  const extension = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  const isSoftware = SOFTWARE.test(name);
  const why = isSoftware
    ? `WebGL runs in software here (${name}).`
    : 'WebGL on hardware is slower than WebGPU, faster than wasm.';
  return { backend: 'webgl', available: true, suitable: !isSoftware, name, why };
}

async function probeWasm(): Promise<ProbeResult> {
  const available = typeof WebAssembly !== 'undefined';
  const threads =
    available &&
    (await tf
      .env()
      .getAsync('WASM_HAS_MULTITHREAD_SUPPORT')
      .catch(() => false)) === true;
  return {
    backend: 'wasm',
    available,
    suitable: available,
    name: threads ? 'several threads' : 'one thread',
    why: threads
      ? 'wasm with threads is the fastest without a GPU.'
      : 'wasm is the fastest without a GPU; with cross-origin isolation it would have threads.',
  };
}

function probeCpu(): ProbeResult {
  return {
    backend: 'cpu',
    available: true,
    suitable: true,
    name: 'plain JavaScript',
    why: 'Runs anywhere, slowest of all.',
  };
}

async function startBackend(backend: Backend, wasmPaths: WasmPaths): Promise<void> {
  try {
    forgetLostDevice();
    if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
    if (backend === 'wasm') await loadWasm(wasmPaths);
    await activate(backend);
    if (backend === 'webgpu') watchDevice();
  } catch (cause) {
    throw new StudioError({
      code: 'gpu/start-failed',
      message: `${BACKEND_LABELS[backend]} was found but did not start: ${asStudioError(cause).message}`,
      hint: 'Choose another device in the device line, or reload the page.',
      retryable: true,
      cause,
    });
  }
}

let wasmLoaded = false;

async function loadWasm(paths: WasmPaths): Promise<void> {
  if (wasmLoaded) return;
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(paths);
  wasm.setThreadsCount(wasmThreads());
  wasmLoaded = true;
}

/**
 * Half of the logical cores are the real ones as a rule, and more than eight threads gain nothing on nets this small.
 * The backend's own count cannot be asked: it says 1 whatever it was set to.
 */
function wasmThreads(): number {
  const cores = typeof navigator === 'undefined' ? 1 : navigator.hardwareConcurrency;
  return Math.max(Math.min(cores, 2), Math.min(8, Math.floor(cores / 2)));
}

async function wasmName(): Promise<string> {
  const hasThreads = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) === true;
  const threads = hasThreads ? wasmThreads() : 1;
  return threads === 1 ? 'one thread' : `${threads.toString()} threads`;
}

function whyChosen(choice: BackendChoice, chosen: ProbeResult, candidates: readonly ProbeResult[]): string {
  if (choice !== 'auto') return 'You chose it.';
  const better = candidates.slice(0, candidates.indexOf(chosen));
  const [first] = better.filter(({ available }) => available);
  return first === undefined ? chosen.why : `${first.why} ${chosen.why}`;
}

function unavailable(choice: BackendChoice, candidates: readonly ProbeResult[]): StudioError {
  const found = candidates.find(({ backend }) => backend === choice);
  return new StudioError({
    code: 'gpu/unavailable',
    message: `A device for ${choice} was asked for; there is none. ${found?.why ?? ''}`.trim(),
    hint: 'Choose another device in the device line, or automatic.',
  });
}
