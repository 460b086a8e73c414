/** What a dropout draws in a training step: how much it keeps, how it scales that up, and over what one draw decides. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawsChance, graphOf } from '../../../src/models/graph.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { compile } from '../../../src/models/program/program.ts';
import { trainingPass } from '../../../src/models/program/pass.ts';
import { useBackend } from '../../support/backends.ts';

const PICTURES = 400;
/** Of one picture; not a multiple of four. */
const SHAPE = [3, 5, 3];
const VALUES = 45;

function modelOf(rate: number, noiseShape?: readonly (number | null)[]): tf.LayersModel {
  const input = tf.input({ shape: [...SHAPE] });
  const layer = tf.layers.dropout({ rate, ...(noiseShape && { noiseShape: noiseShape as number[] }) });
  return tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
}

/** A training step's output for pictures of ones. */
function dropped(model: tf.LayersModel, step = 0): Float32Array {
  const graph = graphOf(model);
  expect(graph.nodes.map(drawsChance)).toEqual([false, true]);
  const program = compile(graph, 0, 1, { isTrainable: () => false, batchNorm: 'inference' });
  const pass = trainingPass(new Parameters(model), { seed: 1, phase: 0, step });
  return tf.tidy(() => program.forward(tf.ones([PICTURES, ...SHAPE]), pass).dataSync<'float32'>());
}

beforeAll(() => useBackend('cpu'));

describe('dropout', () => {
  it('keeps its share of the values and scales them up', () => {
    const y = dropped(modelOf(0.25));
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const kept = y.filter((value) => value !== 0).length / y.length;
    // Five deviations of so many draws.
    expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / y.length));
  });

  it('draws once a picture where its noise shape says so, anew in each step', () => {
    const model = modelOf(0.25, [null, 1, 1, 1]);
    const [first, next] = [0, 1].map((step) => {
      const y = dropped(model, step);
      return Array.from({ length: PICTURES }, (_, row) => [
        ...new Set(y.subarray(row * VALUES, (row + 1) * VALUES)),
      ]);
    });
    expect(first!.every((values) => values.length === 1)).toBe(true);
    expect(next).not.toEqual(first);
    const kept = first!.filter(([value]) => value !== 0).length / PICTURES;
    expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / PICTURES));
  });

  it('is no node at rate 0, so that nothing is cut at it', () => {
    expect(graphOf(modelOf(0)).nodes).toHaveLength(1);
  });
});
