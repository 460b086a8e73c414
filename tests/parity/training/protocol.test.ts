/** What a recipe may ask for beside plain Adam, against real Keras. Goldens: keras_protocol.py. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Parameters } from '../../../src/models/program/parameters.ts';
import type { Phase } from '../../../src/protocol/recipe.ts';
import { Optimizer } from '../../../src/training/optimizer.ts';
import { updateRuleOf } from '../../../src/training/optimizers/registry.ts';
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

describe.each(['wasm', 'cpu'] as const)('optimizers on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const { steps, shapes, cases } = golden('optimizers') as Optimizers;

  it.each(cases.map((each) => [JSON.stringify(each.phase), each] as const))(
    '%s moves weights as in Keras, within 1e-6 of the largest weight after 20 steps',
    (_name, { phase, ends }) => {
      const before = tf.memory().numTensors;
      const parameters = parametersOf(shapes);
      const optimizer = new Optimizer({
        rule: updateRuleOf({ name: 'head', epochs: 1, ...phase }, 0),
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
