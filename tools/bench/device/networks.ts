/**
 * Owns measuring a network on the backend in use against stock tfjs, by turns in one process: a training step, and one
 * answer.
 */
import * as tf from '@tensorflow/tfjs';
import type { DeviceReport } from '../../../src/protocol/device.ts';
import type { Row, Settings } from '../bench.ts';
import { duel, wallClock, type Run } from '../kernels/duel.ts';
import { compileFor } from '../stock/stock.ts';
import {
  LEARNING_RATE,
  modelOf,
  oursOf,
  picturesOf,
  readOut,
  type Measured,
  type MeasuredNetwork,
} from './ours.ts';

/** Operations a second that all threads could do, and what that is called. */
interface Peak {
  readonly flops: number;
  readonly against: string;
}

/** tfjs' steps of the largest network take many seconds each. */
const patienceFor = (quick: boolean) => ({ turns: 2, ms: quick ? 100 : 2500, warmUp: 1 });
/** @param peak null where the device does not say what it could do */
export async function networkRows(
  network: MeasuredNetwork,
  { label }: DeviceReport,
  peak: Peak | null,
  { quick, say }: Settings,
): Promise<Row[]> {
  const { backbone, options, batch, unfreeze } = network;
  const size = quick ? 32 : network.size;
  say(`${backbone} at ${size.toString()} pixels`);
  const { step, whole, answer, stepOperations } = await timesOf({ ...network, size }, quick);
  const name = `${[backbone, ...Object.values(options)].join(' ')} at ${size.toString()} px on ${label}`;
  const steps = `a step of ${batch.toString()} pictures, last ${unfreeze.toString()} layers`;
  const row = (what: string, against: string, times: Duel): Row => {
    const [mien, other] = [times.mien * 1e3, times.stock * 1e3];
    return { what: `${name}: ${what}`, against, unit: 'ms', mien, other };
  };
  const rows = [
    { ...row(steps, 'tfjs trainOnBatch', step), note: STEP_NOTE },
    row('the same, frozen part too', 'tfjs trainOnBatch', whole),
    row('one answer', 'tfjs predict', answer),
  ];
  if (peak === null) return rows;
  const arithmetic = { unit: 'GFLOP/s', mien: stepOperations / 1e9 / step.mien, other: peak.flops };
  return [...rows, { what: `${name}: ${steps}`, against: peak.against, ...arithmetic }];
}

/** Seconds of Mien's way and of stock tfjs'. */
interface Duel {
  readonly mien: number;
  readonly stock: number;
}

async function timesOf(network: MeasuredNetwork, quick: boolean) {
  const { size, batch, unfreeze } = network;
  const { model, backboneLayers } = modelOf(network);
  const ours = oursOf(model, backboneLayers, network);
  // tfjs wants to be told of each layer whether it trains; that is why Mien reads the network first.
  compileFor({ model, backboneLayers }, { unfreeze, learningRate: LEARNING_RATE });
  const stock = stockOf(model, batch, size);
  const taken = (runs: readonly Run[]) => duel(runs, patienceFor(quick), wallClock);
  const [step = NaN, whole = NaN, stockStep = NaN] = await taken([ours.step, ours.wholeStep, stock.step]);
  const [answer = NaN, stockAnswer = NaN] = await taken([ours.answer, stock.answer]);
  for (const one of [ours, stock, model]) one.dispose();
  return {
    step: { mien: step, stock: stockStep },
    whole: { mien: whole, stock: stockStep },
    answer: { mien: answer, stock: stockAnswer },
    stepOperations: ours.stepOperations,
  };
}

const STEP_NOTE =
  'Mien computes the frozen part once for each version of a picture; stock tfjs in each step. In Node stock tfjs has one thread on wasm, and Mien’s gradients of convolutions, since it has none there.';

function stockOf(model: tf.LayersModel, batch: number, size: number): Measured {
  const [pictures, one, labels] = [picturesOf(batch, size), picturesOf(1, size), tf.zeros([batch, 1])];
  return {
    async step() {
      await model.trainOnBatch(pictures, labels);
    },
    answer: () => readOut(model.predict(one) as tf.Tensor),
    dispose() {
      // It was made for the model, which disposes none but one that it was told of by name.
      model.optimizer.dispose();
      tf.dispose([pictures, one, labels]);
    },
  };
}
