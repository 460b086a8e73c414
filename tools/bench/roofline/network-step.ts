/**
 * The dispatches of one training step of a network, and of each way that matrix products have, which come to nothing: shapes
 * are all that counts.
 */
import { activate } from '../../../src/engine/device/activate.ts';
import { measuring } from '../../../src/kernels/webgpu/linear/measure.ts';
import { modelOf, oursOf, type MeasuredNetwork } from '../device/ours.ts';
import { dispatchOf, DispatchRecorder, type Dispatch } from './dispatches.ts';

export interface StepDispatches {
  readonly dispatches: readonly Dispatch[];
  /** Multiplications and additions of the step's way forward, as the network has them. */
  readonly forwardFlops: number;
}

let recorder: DispatchRecorder | null = null;

/** Leaves the WebGPU backend active. */
export async function dispatchesOfStep(network: MeasuredNetwork): Promise<StepDispatches> {
  recorder ??= new DispatchRecorder();
  await activate('webgpu');
  return recorder.during(async (take) => {
    const { model, backboneLayers } = modelOf(network);
    const ours = oursOf(model, backboneLayers, network);
    // The first step makes what later steps have.
    await ours.step();
    take();
    await ours.step();
    const dispatches = take();
    ours.dispose();
    model.dispose();
    return { dispatches, forwardFlops: ours.forwardOperations };
  });
}

/** Of each way that this device offers, on the layers that are measured. Leaves the WebGPU backend active. */
export async function dispatchesOfWays(): Promise<readonly Dispatch[]> {
  await activate('webgpu');
  return measuring().programs.map(dispatchOf);
}
