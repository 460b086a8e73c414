/** Puts a backend's own kernel in place of one that is registered already. */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../protocol/errors.ts';

type Kernel = NonNullable<tf.KernelConfig['kernelFunc']>;

/**
 * @param make gets the kernel that is replaced, for shapes that the new one leaves to it
 * @throws StudioError `bug/…` when the new one leaves a shape and there is none
 */
export function replaceKernel(
  kernelName: string,
  backendName: string,
  make: (replaced: Kernel) => Kernel,
): void {
  const existing = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
  if (existing !== undefined) tf.unregisterKernel(kernelName, backendName);
  const replaced: Kernel = (call) => {
    invariant(existing !== undefined, `${backendName} has a ${kernelName} to fall back to`);
    return existing.kernelFunc(call);
  };
  // What is fallen back to may have to be set up with the backend.
  tf.registerKernel({ ...existing, kernelName, backendName, kernelFunc: make(replaced) });
}
