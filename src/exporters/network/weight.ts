/**
 * Owns weights on their way into a file: known by shape, and read one by one when their turn comes, so that a large
 * network is never there twice.
 */
import type * as tf from '@tensorflow/tfjs';
import { letMessagesIn } from '../../lib/let-messages-in.ts';
import { transpose as transposed } from '../../lib/bytes/transpose.ts';
import { variablesOf } from '../../models/weights/fill-model.ts';
import { invariant } from '../../protocol/errors.ts';

/** A named array whose numbers are computed each time they are read. */
export interface Weight {
  /** `<layer>/<weight>`, as Keras names it. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major; whoever reads them leaves them as they are, for they may be the network's own. */
  read(): Promise<Float32Array>;
}

/** How many numbers a weight has. */
export const sizeOf = ({ shape }: Pick<Weight, 'shape'>): number =>
  shape.reduce((product, side) => product * side, 1);

/** Finds the weights of a network by `<layer>/<weight>`. */
export function weightsOf(model: tf.LayersModel): (name: string) => Weight {
  const found = new Map(
    variablesOf(model).map(({ layer, weight, shape, variable }) => {
      const name = `${layer}/${weight}`;
      return [name, weightOf(name, shape, variable)] as const;
    }),
  );
  return (name) => {
    const weight = found.get(name);
    invariant(weight !== undefined, `there is no weight ${name}`);
    return weight;
  };
}

/** A variable's numbers. */
export function weightOf(name: string, shape: readonly number[], variable: { read(): tf.Tensor }): Weight {
  return {
    ...{ name, shape },
    async read() {
      // The task ends first, so that what was made of the weight before can be collected.
      await letMessagesIn();
      return variable.read().data<'float32'>();
    },
  };
}

/** Numbers that are there already. */
export function constant(name: string, values: ArrayLike<number>): Weight {
  return { name, shape: [values.length], read: () => Promise.resolve(Float32Array.from(values)) };
}

/** The weight with its axes reordered: axis i of the result is axis `axes[i]`. */
export function transpose(weight: Weight, axes: readonly number[]): Weight {
  const { name, shape } = weight;
  return {
    name,
    shape: axes.map((axis) => shape[axis] ?? 1),
    read: async () => transposed(await weight.read(), shape, axes),
  };
}

/**
 * A kernel times a factor for each of its output channels.
 *
 * @param kernel output channels on its last axis, or for a depthwise kernel `[height, width, channels, 1]`
 */
export function timesChannels(kernel: Weight, factors: Weight): Weight {
  return {
    ...kernel,
    async read() {
      const [values, each] = [await kernel.read(), await factors.read()];
      const products = new Float32Array(values.length);
      for (let index = 0; index < products.length; index += 1)
        products[index] = values[index]! * each[index % each.length]!;
      return products;
    },
  };
}

/**
 * A convolution's kernel that takes channels in another order: input channel `order[c]` where it took `c`.
 *
 * @param kernel `[height, width, in, out]`
 */
export function takingChannels(kernel: Weight, order: readonly number[]): Weight {
  if (order.every((from, to) => from === to)) return kernel;
  const [height = 1, width = 1, inputs = 1, outputs = 1] = kernel.shape;
  return {
    ...kernel,
    async read() {
      const values = await kernel.read();
      const result = new Float32Array(values.length);
      for (let pixel = 0; pixel < height * width; pixel += 1) {
        for (const [to, from] of order.entries()) {
          const row = values.subarray((pixel * inputs + to) * outputs, (pixel * inputs + to + 1) * outputs);
          result.set(row, (pixel * inputs + from) * outputs);
        }
      }
      return result;
    },
  };
}
