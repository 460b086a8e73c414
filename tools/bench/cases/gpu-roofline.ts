/** Each dispatch of a training step on WebGPU, and what bounds it on GPUs that are named: told from shapes, on any adapter. */
import type { Bench, Row } from '../bench.ts';
import { NETWORKS } from '../device/ours.ts';
import { offerGpu } from '../gpu.ts';
import { dispatchTable } from '../roofline/dispatch-table.ts';
import type { Dispatch } from '../roofline/dispatches.ts';
import { GPUS, shareOfRoofline } from '../roofline/roofline.ts';

/** MobileNetV2 as the paper's recipe has it. */
const BATCHES: Readonly<Record<string, number>> = { mobilenetv2: 32, efficientnetb2: 8, vgg16: 8 };

const boundMB = (dispatches: readonly Dispatch[]): number =>
  dispatches.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;

export const gpuRoofline: Bench = {
  name: 'gpu-roofline',
  help: 'each dispatch of three networks’ steps on WebGPU against the roofline of named GPUs (2 minutes)',
  async run({ quick, say, print }) {
    await offerGpu();
    // The backend registers itself only where there is a GPU when it is loaded.
    const { dispatchesOfStep, dispatchesOfWays } = await import('../roofline/network-step.ts');
    const rows: Row[] = [];
    for (const network of quick ? NETWORKS.slice(0, 1) : NETWORKS) {
      const { backbone, unfreeze } = network;
      const [size, batch] = [quick ? 32 : network.size, BATCHES[backbone] ?? network.batch];
      const what = `${backbone} at ${size.toString()} px, a step of ${batch.toString()} pictures, last ${unfreeze.toString()} layers`;
      say(what);
      const measured = { ...network, size, batch };
      const { dispatches } = await dispatchesOfStep(measured);
      print(`${what}, shares of the roofline:\n\n${dispatchTable(dispatches)}`);
      for (const gpu of GPUS) {
        rows.push({
          what,
          against: `the roofline of ${gpu.name}, by the model`,
          unit: '%',
          mien: 100 * shareOfRoofline(dispatches, gpu),
          other: 100,
          note: gpu.source,
        });
      }
      const { dispatches: halved } = await dispatchesOfStep({ ...measured, halves: true });
      rows.push({
        what: `${what}, activations as halves`,
        against: 'as 32 bits, bytes that its programs bind',
        unit: 'MB',
        mien: boundMB(halved),
        other: boundMB(dispatches),
        note: 'Read or written, each at least once; gradients and weights stay as they are.',
      });
    }
    say('ways of matrix products');
    const ways = (await dispatchesOfWays()).filter(({ work }) => work !== null);
    print(
      `Each way of matrix products that this device offers, shares of the roofline:\n\n${dispatchTable(ways)}`,
    );
    return rows;
  },
};
