/** The same two convolutions by three libraries. Each returns the gradients of both kernels on the host. */
import * as jax from '@jax-js/jax';
import * as tf from '@tensorflow/tfjs';
import { activate } from '../../src/engine/device/activate.ts';
import { graphOf } from '../../src/models/graph.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { compile } from '../../src/models/program/program.ts';
import { trainingPass } from '../../src/models/program/pass.ts';
import { useStockBackend } from './stock/stock-backend.ts';

/** Square kernels, stride 1, padding `same`, as many channels out as in. */
export interface ConvolutionCase {
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  readonly kernelSize: number;
}

/** A library's convolutions, ready to run; `run` ends when the gradients are on the host. */
export interface Running {
  run(): Promise<readonly Float32Array[]>;
  dispose(): void;
}

/** Values of about unit size after each convolution. */
function values(count: number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898) * scale);
}

interface Values {
  readonly x: Float32Array;
  readonly kernels: readonly [Float32Array, Float32Array];
  readonly dy: Float32Array;
}

function valuesOf({ batch, size, channels, kernelSize }: ConvolutionCase): Values {
  const pixels = batch * size * size * channels;
  const weights = kernelSize ** 2 * channels ** 2;
  const scale = 1 / Math.sqrt(kernelSize ** 2 * channels);
  return {
    x: values(pixels, 1),
    kernels: [values(weights, scale), values(weights, -scale)],
    dy: values(pixels, 1e-3),
  };
}

/** As a run's trainable part computes it. */
export async function mienConvolutions(given: ConvolutionCase): Promise<Running> {
  await activate('webgpu');
  const { batch, size, channels, kernelSize } = given;
  const conv = (name: string) =>
    tf.layers.conv2d({ name, filters: channels, kernelSize, padding: 'same', useBias: false });
  const input = tf.input({ shape: [size, size, channels] });
  const outputs = conv('second').apply(conv('first').apply(input)) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs });
  const { x, kernels, dy } = valuesOf(given);
  model.setWeights(
    kernels.map((kernel) => tf.tensor4d(kernel, [kernelSize, kernelSize, channels, channels])),
  );
  const parameters = new Parameters(model);
  const program = compile(graphOf(model), 0, 2, { isTrainable: () => true, batchNorm: 'inference' });
  const shape: [number, number, number, number] = [batch, size, size, channels];
  const [xTensor, dyTensor] = [tf.tensor4d(x, shape), tf.tensor4d(dy, shape)];
  return {
    async run() {
      const gradients = tf.tidy(() => {
        const pass = trainingPass(parameters);
        program.forward(xTensor, pass);
        program.backward(dyTensor, pass);
        return [...pass.gradients.values()];
      });
      const read = await Promise.all(gradients.map((gradient) => gradient.data()));
      tf.dispose(gradients);
      return read as Float32Array[];
    },
    dispose() {
      tf.dispose([xTensor, dyTensor]);
      program.dispose();
      parameters.dispose();
      model.dispose();
    },
  };
}

/** Through tfjs' own automatic gradients. */
export async function tfjsConvolutions(given: ConvolutionCase): Promise<Running> {
  await useStockBackend();
  const { batch, size, channels, kernelSize } = given;
  const { x, kernels, dy } = valuesOf(given);
  const shape: [number, number, number, number] = [batch, size, size, channels];
  const [xTensor, dyTensor] = [tf.tensor4d(x, shape), tf.tensor4d(dy, shape)];
  const weights = kernels.map((kernel) => tf.tensor4d(kernel, [kernelSize, kernelSize, channels, channels]));
  const gradient = tf.grads((...[first, second]: tf.Tensor[]) =>
    tf.conv2d(tf.conv2d(xTensor, first as tf.Tensor4D, 1, 'same'), second as tf.Tensor4D, 1, 'same'),
  );
  return {
    async run() {
      const gradients = gradient(weights, dyTensor);
      const read = await Promise.all(gradients.map((each) => each.data()));
      tf.dispose(gradients);
      return read as Float32Array[];
    },
    dispose() {
      tf.dispose([xTensor, dyTensor, ...weights]);
    },
  };
}

/** Through jax-js' `jit` and `grad`; it keeps channels first. */
export async function jaxConvolutions(given: ConvolutionCase): Promise<Running> {
  const devices = await jax.init('webgpu');
  if (!devices.includes('webgpu')) throw new Error('jax-js was expected to run on WebGPU; it does not.');
  jax.defaultDevice('webgpu');
  const { batch, size, channels, kernelSize } = given;
  const { x, kernels, dy } = valuesOf(given);
  const { numpy: np, lax } = jax;
  const first = (data: Float32Array, shape: number[], order: number[]) =>
    np.array(data).reshape(shape).transpose(order);
  const pictures = [batch, size, size, channels];
  const inputs = [
    ...kernels.map((kernel) => first(kernel, [kernelSize, kernelSize, channels, channels], [3, 2, 0, 1])),
    first(x, pictures, [0, 3, 1, 2]),
    first(dy, pictures, [0, 3, 1, 2]),
  ] as const;
  const loss = (one: jax.Array, two: jax.Array, input: jax.Array, slope: jax.Array) => {
    const between = lax.convGeneralDilated(input, one, [1, 1], 'SAME');
    return lax.convGeneralDilated(between, two, [1, 1], 'SAME').mul(slope).sum();
  };
  const gradient = jax.jit(jax.grad(loss, { argnums: [0, 1] }));
  return {
    async run() {
      const [one, two] = gradient(
        ...(inputs.map((input) => input.ref) as [jax.Array, jax.Array, jax.Array, jax.Array]),
      );
      return [await one.data(), await two.data()] as Float32Array[];
    },
    dispose() {
      for (const input of inputs) input.dispose();
    },
  };
}
