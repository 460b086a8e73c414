/** A training step on WebGPU that stores activations as halves, against one of float32 on cpu, and what it holds meanwhile. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { isHalved } from '../../src/kernels/halved.ts';
import { programsOf } from '../../src/kernels/webgpu/gpu.ts';
import { graphOf } from '../../src/models/graph.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { inferencePass, trainingPass } from '../../src/models/program/pass.ts';
import { compile, type Program } from '../../src/models/program/program.ts';
import { PLAIN_LOSS, softmaxCrossEntropy } from '../../src/training/loss.ts';
import { useBackend } from '../support/backends.ts';
import { relativeError } from '../support/networks/tail-gradients.ts';

const [BATCH, SIZE, CLASSES] = [4, 9, 4];

/** What stores halves before what reads them: a convolution, a depthwise one, swish, a ReLU and pooling. */
function smallNetwork(): tf.LayersModel {
  const input = tf.input({ shape: [SIZE, SIZE, 4] });
  const kernel = (seed: number) => tf.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed });
  const layers = [
    tf.layers.conv2d({ filters: 8, kernelSize: 1, kernelInitializer: kernel(1), name: 'one' }),
    tf.layers.reLU({ maxValue: 6 }),
    tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, depthwiseInitializer: kernel(2), name: 'two' }),
    tf.layers.activation({ activation: 'swish' }),
    tf.layers.conv2d({ filters: 12, kernelSize: 3, kernelInitializer: kernel(3), name: 'three' }),
    tf.layers.reLU(),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: CLASSES, kernelInitializer: kernel(4), name: 'four' }),
  ];
  const output = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  return tf.model({ inputs: input, outputs: output });
}

/** Does something with the network's program and pictures. */
async function withProgram<Output>(
  halves: boolean,
  work: (program: Program, parameters: Parameters, x: tf.Tensor) => Promise<Output>,
): Promise<Output> {
  const model = smallNetwork();
  const graph = graphOf(model);
  const set = { isTrainable: () => true, batchNorm: 'inference', halves } as const;
  const program = compile(graph, 0, graph.nodes.length - 1, set);
  const parameters = new Parameters(model);
  const x = tf.randomUniform([BATCH, SIZE, SIZE, 4], -2, 2, 'float32', 1);
  try {
    return await work(program, parameters, x);
  } finally {
    program.dispose();
    parameters.dispose();
    x.dispose();
    model.dispose();
  }
}

/** Loss and gradients of a step, and what it holds for its way back, in bytes. */
const step = (halves: boolean) =>
  withProgram(halves, async (program, parameters, x) => {
    let heldBytes = 0;
    const tensors = tf.tidy(() => {
      const pass = trainingPass(parameters);
      const logits = program.forward(x, pass) as tf.Tensor2D;
      const held = new Set([...pass.saved.values()].flat().filter(({ shape }) => shape[0] === BATCH));
      for (const { size } of held) heldBytes += 4 * size;
      const labels = tf.tensor1d([0, 1, 2, 0], 'int32');
      const { sums, dLogits } = softmaxCrossEntropy(logits, labels, PLAIN_LOSS);
      program.backward(dLogits, pass);
      return { sums, ...Object.fromEntries(pass.gradients) };
    });
    const { sums, ...others } = tensors;
    const read = Object.entries<tf.Tensor>(others).map(
      async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const,
    );
    const [[loss = NaN], gradients] = [await sums.data<'float32'>(), new Map(await Promise.all(read))];
    tf.dispose(tensors);
    return { loss, gradients, heldBytes };
  });

/** Loss and gradients of float32. */
let whole: Awaited<ReturnType<typeof step>>;
beforeAll(async () => {
  await useBackend('cpu');
  whole = await step(false);
  await useBackend('webgpu');
});

it('has the loss within a thousandth, gradients within a hundredth, and holds half as many bytes', async () => {
  const { numTensors } = tf.memory();
  const { loss, gradients, heldBytes } = await step(true);
  const difference = Math.abs(loss / whole.loss - 1);
  expect(difference).toBeLessThan(1e-3);
  expect(gradients.size).toBe(8);
  let worst = 0;
  for (const [name, gradient] of gradients)
    worst = Math.max(worst, relativeError(gradient, whole.gradients.get(name) ?? new Float32Array()));
  expect(worst).toBeLessThan(1e-2);
  // Further off than the roundings of 32 bits.
  expect(worst).toBeGreaterThan(1e-5);
  // What goes in, what is pooled, and what comes out stay as they are.
  const rest = 4 * BATCH * (4 * SIZE ** 2 + 12 + CLASSES);
  expect(heldBytes - rest).toBe((whole.heldBytes - rest) / 2);
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('computes with all bits where nothing is learnt', () =>
  withProgram(true, (program, parameters, x) => {
    const forward = (pass: typeof inferencePass) => (): void => {
      tf.tidy(() => {
        program.forward(x, pass(parameters));
      });
    };
    const [trained, asked] = [trainingPass, inferencePass].map((pass) =>
      programsOf(forward(pass)).flatMap(({ bindings }) => bindings.filter(({ tensor }) => isHalved(tensor))),
    );
    // Each of four is written once and read once.
    expect(trained).toHaveLength(8);
    expect(asked).toEqual([]);
    return Promise.resolve();
  }));
