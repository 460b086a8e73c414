/** Prints what kind of WebGPU adapter Dawn finds in this environment: hardware, software, or none. */
import { installWebGpu } from './dawn.ts';

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software/i;

const adapter = await installWebGpu().requestAdapter();
const device = await adapter?.requestDevice();
if (adapter === null || device === undefined) {
  console.log('none');
} else {
  const { vendor, architecture, device: name, description, isFallbackAdapter } = adapter.info;
  const software = isFallbackAdapter || SOFTWARE.test(`${vendor} ${architecture} ${name} ${description}`);
  console.log(software ? 'software' : 'hardware');
}
// Dawn keeps the process alive.
process.exit(0);
