/**
 * What a machine gives its user: Mien's kernels against the most that its processor does, and three networks' steps and
 * answers against stock tfjs on the same backend. The table is Markdown, to be sent to whoever tends Mien.
 */
import * as tf from '@tensorflow/tfjs';
import { wasmThreads } from '../../../src/engine/device/wasm.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { headlessSession } from '../../train/backends.ts';
import type { Bench, Row, Settings } from '../bench.ts';
import { networkRows } from '../device/networks.ts';
import { NETWORKS } from '../device/ours.ts';
import { duel, patienceOf, wallClock } from '../kernels/duel.ts';
import { casesOf } from '../kernels/on-wasm.ts';
import { measureRoof } from '../kernels/roof.ts';

export const device: Bench = {
  name: 'device',
  help: 'this machine: kernels against its peak, networks against stock tfjs; a table to send (4 minutes)',
  async run(settings) {
    const { quick, say } = settings;
    const session = await headlessSession(createPlatform(), { backend: 'auto' });
    const best = await session.chooseDevice('auto');
    const rows: Row[] = [];
    const networks = quick ? NETWORKS.slice(0, 1) : NETWORKS;
    if (best.backend !== 'wasm') {
      say(best.label);
      for (const network of networks) rows.push(...(await networkRows(network, best, null, settings)));
    }
    const wasm = await session.chooseDevice('wasm');
    const roof = await measureRoof(quick);
    const peak = { flops: roof.flops * wasmThreads(), against: `the peak of ${wasm.label}` };
    say(`${wasm.label}: ${roof.flops.toFixed(1)} GFLOP/s a thread at most`);
    rows.push(...(await kernelRows(peak, settings)));
    for (const network of networks) rows.push(...(await networkRows(network, wasm, peak, settings)));
    return rows;
  },
};

/** Each convolution and each of its gradients, on all threads. */
async function kernelRows(peak: { flops: number; against: string }, { quick }: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, flops, ours } of casesOf((name) => tf.getKernel(name, 'wasm').kernelFunc)) {
    // What moves bytes alone has another roof, which threads share.
    if (flops === undefined) continue;
    const [seconds = NaN] = await duel([ours], patienceOf(quick), wallClock);
    rows.push({
      what,
      against: peak.against,
      unit: 'GFLOP/s',
      mien: flops / 1e9 / seconds,
      other: peak.flops,
    });
  }
  return rows;
}
