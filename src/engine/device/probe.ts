/** What devices there are: each probe says what it found, and never throws. */
import { threadsText, type Backend, type ProbeResult } from '../../protocol/device.ts';
import { asStudioError } from '../../protocol/errors.ts';
import { threadsWanted, type DeviceHost } from './wasm.ts';

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** Tries each backend in the policy's order. */
export async function probeDevices(host: DeviceHost): Promise<readonly ProbeResult[]> {
  return [
    await probed('webgpu', probeWebGpu),
    await probed('webgl', probeWebGl),
    await probed('wasm', () => probeWasm(host)),
    {
      backend: 'cpu',
      available: true,
      suitable: true,
      name: 'plain JavaScript',
      why: 'Runs anywhere, slowest of all.',
    },
  ];
}

type Found = Omit<ProbeResult, 'backend'>;

async function probed(backend: Backend, probe: () => Found | Promise<Found>): Promise<ProbeResult> {
  try {
    return { backend, ...(await probe()) };
  } catch (error) {
    return { backend, ...none(`Asking for it failed: ${asStudioError(error).message}`) };
  }
}

const none = (why: string): Found => ({ available: false, suitable: false, name: '', why });

/** Pages that came over plain http from another machine: browsers keep some things from them. */
const isInsecure = (): boolean => (globalThis as { isSecureContext?: boolean }).isSecureContext === false;

async function probeWebGpu(): Promise<Found> {
  if (isInsecure())
    return none('Browsers offer WebGPU to pages that come over https; this one came over http.');
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
  return { available: true, suitable: !isSoftware, name, why };
}

function probeWebGl(): Found {
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
  return { available: true, suitable: !isSoftware, name, why };
}

function whyOneThread({ platform, wasm }: DeviceHost): string {
  if (wasm.threads === 1) return 'one thread was asked for.';
  if (platform.cores === 1) return 'this machine has one core.';
  if (isInsecure()) return 'over https it would have threads.';
  // WebKit on Linux (https://bugs.webkit.org/show_bug.cgi?id=317847). There is no way around it: the memory can be made
  // in other ways, but not sent to a worker.
  if (crossOriginIsolated)
    return 'it has one thread, for this browser keeps the memory that threads would share from pages.';
  return 'with cross-origin isolation it would have threads.';
}

async function probeWasm(host: DeviceHost): Promise<Found> {
  const available = typeof WebAssembly !== 'undefined';
  if (!available) return none('There is no WebAssembly here.');
  const threads = await threadsWanted(host);
  const why =
    threads > 1
      ? 'wasm with threads is the fastest without a GPU.'
      : `wasm is the fastest without a GPU; ${whyOneThread(host)}`;
  return { available, suitable: true, name: threadsText(threads), why };
}
