/** What a recipe may ask for beside plain Adam, against real Keras. Goldens: keras_protocol.py. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Parameters } from '../../../src/models/program/parameters.ts';
import type { Phase } from '../../../src/protocol/recipe/recipe.ts';
import { softmaxCrossEntropy } from '../../../src/training/loss.ts';
import { Optimizer } from '../../../src/training/optimizer.ts';
import { updateRuleOf } from '../../../src/training/optimizers/registry.ts';
import { scheduleOf } from '../../../src/training/schedules/registry.ts';
import type { Schedule } from '../../../src/training/schedules/schedule.ts';
import { useBackend } from '../../support/backends.ts';
import { relativeError } from '../models/golden.ts';
import { ruleWeights } from '../models/rule.ts';

/** The largest weight of all; Keras rounds each to float32 two or three times a step. */
const LARGEST = Math.sqrt(2);

const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`protocol/${name}.json`, import.meta.url), 'utf8'));

interface Optimizers {
  readonly steps: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly phase: Omit<Phase, 'name' | 'epochs'>;
    readonly ends: Readonly<Record<string, readonly number[]>>;
  }[];
}

interface Schedules {
  readonly learningRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly byStep: readonly Rates[];
  readonly valLosses: readonly number[];
  readonly byEpoch: readonly Rates[];
}

interface Rates {
  readonly schedule: NonNullable<Phase['schedule']>;
  readonly rates: readonly number[];
}

interface Losses {
  readonly shape: [number, number];
  readonly labels: readonly number[];
  readonly cases: readonly {
    readonly labelSmoothing: number;
    readonly classWeights: readonly number[] | null;
    readonly loss: number;
    readonly gradient: readonly number[];
  }[];
}

describe.each(['wasm', 'cpu'] as const)('optimizers on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const { steps, shapes, cases } = golden('optimizers') as Optimizers;

  it.each(cases.map((each) => [JSON.stringify(each.phase), each] as const))(
    '%s moves weights as in Keras, within 1e-6 of the largest weight after 20 steps',
    (_name, { phase, ends }) => {
      const before = tf.memory().numTensors;
      const parameters = parametersOf(shapes);
      const optimizer = new Optimizer({
        rule: updateRuleOf(phase, 0),
        learningRate: phase.learningRate,
        gradientClip: phase.gradientClip ?? null,
      });
      for (let step = 0; step < steps; step++) {
        tf.tidy(() => {
          const gradients = Object.entries(shapes).map(
            ([name, shape]) =>
              [name, tf.tensor(ruleWeights(`step${step.toString()}/${name}`, shape), [...shape])] as const,
          );
          optimizer.apply(parameters, new Map(gradients));
        });
      }
      for (const [name, values] of Object.entries(ends)) {
        const ours = parameters.get(name).dataSync() as Float32Array;
        expect(relativeError(ours, Float32Array.from(values), LARGEST), name).toBeLessThan(1e-6);
      }
      optimizer.dispose();
      parameters.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

describe('schedules', () => {
  const { learningRate, epochs, stepsPerEpoch, byStep, valLosses, byEpoch } = golden(
    'schedules',
  ) as Schedules;
  const made = (schedule: NonNullable<Phase['schedule']>): Schedule =>
    scheduleOf({ epochs, learningRate, schedule }, 0, stepsPerEpoch);

  it.each(byStep.map((each) => [JSON.stringify(each.schedule), each] as const))(
    '%s gives each step the rate that Keras gives it, within 1e-6 of the highest',
    (_name, { schedule, rates }) => {
      const ours = made(schedule);
      rates.forEach((rate, step) => {
        expect(Math.abs(ours.rateOf(step, ours.start) - rate) / learningRate).toBeLessThan(1e-6);
      });
      expect(rates).toHaveLength(epochs * stepsPerEpoch);
    },
  );

  it.each(byEpoch.map((each) => [JSON.stringify(each.schedule), each] as const))(
    '%s gives each epoch the rate that ReduceLROnPlateau gives it, within 1e-6 of it',
    (_name, { schedule, rates }) => {
      const ours = made(schedule);
      let state = ours.start;
      valLosses.forEach((valLoss, epoch) => {
        const rate = rates[epoch] ?? NaN;
        expect(Math.abs(ours.rateOf(0, state) - rate) / rate, epoch.toString()).toBeLessThan(1e-6);
        // As a checkpoint hands it over.
        state = JSON.parse(JSON.stringify(ours.afterEpoch(state, valLoss))) as typeof state;
      });
    },
  );
});

describe.each(['wasm', 'cpu'] as const)('losses on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const { shape, labels, cases } = golden('losses') as Losses;

  it.each(
    cases.map(({ labelSmoothing, classWeights, ...expected }) => {
      const settings = { labelSmoothing, classWeights };
      return [JSON.stringify(settings), settings, expected] as const;
    }),
  )('%s are as fit has them, within 1e-6', (_name, { labelSmoothing, classWeights }, expected) => {
    const weights = classWeights === null ? null : Float32Array.from(classWeights);
    const [sums, dLogits] = tf.tidy(() => {
      const logits = tf.tensor2d(ruleWeights('logits/kernel', shape), shape);
      const settings = { labelSmoothing, classWeights: weights };
      const { sums, dLogits } = softmaxCrossEntropy(logits, tf.tensor1d([...labels], 'int32'), settings);
      return [sums.dataSync(), dLogits.dataSync() as Float32Array];
    });
    expect(Math.abs(sums[0]! / labels.length - expected.loss)).toBeLessThan(1e-6);
    expect(relativeError(dLogits, Float32Array.from(expected.gradient), 1)).toBeLessThan(1e-6);
  });
});

interface Dropouts {
  readonly pictures: number;
  /** How many pictures Keras kept, and what became of their ones. */
  readonly cases: readonly { readonly rate: number; readonly kept: number; readonly value: number }[];
}

describe.each(['wasm', 'cpu'] as const)('a draw a picture on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const { pictures, cases } = golden('dropout') as Dropouts;

  it.each(cases)(
    'at rate $rate keeps the share that Keras keeps, and scales it alike',
    ({ rate, kept, value }) => {
      const x = tf.ones([pictures, 2, 2, 3]);
      const attrs = { rate, valuesPerDraw: 12, seed: 1, purpose: 'dropout', numbers: [0, 0, 0] };
      const y = tf.engine().runKernel<tf.Tensor>('MienDropout', { x }, attrs);
      const values = y.dataSync<'float32'>();
      tf.dispose([x, y]);
      const ours = values.filter((_, index) => index % 12 === 0);
      expect(values.every((each, index) => each === ours[Math.floor(index / 12)])).toBe(true);
      // Both counts are draws of their own: five deviations of their difference.
      const deviation = Math.sqrt(2 * pictures * rate * (1 - rate));
      expect(Math.abs(ours.filter((each) => each > 0).length - kept)).toBeLessThan(5 * deviation);
      expect(new Set(ours)).toEqual(new Set([0, Math.fround(value)]));
    },
  );
});

/** Weights by rule, as a model with one layer each has them. */
function parametersOf(shapes: Readonly<Record<string, readonly number[]>>): Parameters {
  const originals: tf.Tensor[] = [];
  const layers = Object.entries(shapes).map(([path, shape]) => {
    const [name = '', originalName = ''] = path.split('/');
    const value = tf.tensor(ruleWeights(path, shape), [...shape]);
    originals.push(value);
    return { name, weights: [{ originalName, read: () => value }] };
  });
  const parameters = new Parameters({ layers } as unknown as tf.LayersModel);
  tf.dispose(originals);
  return parameters;
}
