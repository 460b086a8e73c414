/** Finds the Vulkan driver before any test process starts: the loader reads its environment at start. */
import { vulkanEnv } from '../../tools/setup/find.ts';

/** Fails when there is no adapter: GPU tests are never skipped. */
export default async function setup(): Promise<void> {
  Object.assign(process.env, await vulkanEnv());
}
