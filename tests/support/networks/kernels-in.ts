/** Counts what is asked of tfjs. */
import * as tf from '@tensorflow/tfjs';

/** How many of tfjs' kernels some work calls. */
export function kernelsIn(work: () => void): number {
  const engine = tf.engine();
  const run = engine.runKernel.bind(engine);
  let count = 0;
  engine.runKernel = (...call) => {
    count++;
    return run<never>(...call);
  };
  try {
    work();
  } finally {
    engine.runKernel = run;
  }
  return count;
}
