/** Gives each test file the WebGPU of a browser, from Dawn; the driver is found in global-setup.ts. */
import { installWebGpu } from '../../tools/setup/dawn.ts';

installWebGpu();
