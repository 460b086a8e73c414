/** Gives this process a WebGPU device: Dawn, on the machine's own driver or a software one. */
import { installWebGpu } from '../setup/dawn.ts';
import { vulkanEnv } from '../setup/find.ts';

let adapter: Promise<string> | null = null;

/** Installs `navigator.gpu` once. @returns the adapter's name. @throws Error when there is no adapter */
export function offerGpu(): Promise<string> {
  adapter ??= install();
  return adapter;
}

async function install(): Promise<string> {
  Object.assign(process.env, await vulkanEnv());
  const gpu = installWebGpu();
  // jax-js reads it.
  Object.assign(globalThis.navigator, { userAgent: 'Node' });
  const found = await gpu.requestAdapter();
  if (found === null) throw new Error('A WebGPU adapter was expected; Dawn found none.');
  return found.info.description || found.info.device || found.info.vendor;
}
