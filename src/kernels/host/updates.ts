/** The optimizers' updates for cpu and wasm: one loop a weight over plain typed arrays. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { MienUpdateKernels } from '../signatures.ts';
import type { HostMemory } from './memory.ts';

type Implementation<Name extends keyof MienUpdateKernels> = (
  memory: HostMemory,
  inputs: MienUpdateKernels[Name]['inputs'],
  attrs: MienUpdateKernels[Name]['attrs'],
) => TensorInfo[];

/** By the names under which they are registered. */
export const updates: { readonly [Name in keyof MienUpdateKernels]: Implementation<Name> } = {
  MienAdam(memory, { values, gradients, m, v }, attrs) {
    return update(memory, gradients, [values, m, v], (gradient, from, to) => {
      adam(gradient, from as AdamState, to as AdamState, attrs);
    });
  },
  MienSgd(memory, { values, gradients, momenta }, attrs) {
    const lists = momenta === undefined ? [values] : [values, momenta];
    return update(memory, gradients, lists, (gradient, [value, m], [toValue, toM]) => {
      if (m === undefined || toM === undefined) descend(gradient, value!, toValue!, attrs.rate);
      else roll(gradient, [value!, m], [toValue!, toM], attrs);
    });
  },
};

/** A weight and the two moments of its gradient. */
type AdamState = readonly [value: Float32Array, m: Float32Array, v: Float32Array];

type Two = readonly [Float32Array, Float32Array];

/** Has one output for each tensor of `lists`, then lets `move` fill those of one weight after another. */
function update(
  memory: HostMemory,
  gradients: readonly TensorInfo[],
  lists: readonly (readonly TensorInfo[])[],
  move: (gradient: Float32Array, from: readonly Float32Array[], to: readonly Float32Array[]) => void,
): TensorInfo[] {
  const out = lists.map((list) => list.map((tensor) => memory.next(tensor)));
  gradients.forEach((gradient, index) => {
    const of = (all: readonly (readonly TensorInfo[])[]): Float32Array[] =>
      all.map((list) => memory.view(list[index]!));
    move(memory.view(gradient), of(lists), of(out));
  });
  return out.flat();
}

function adam(
  gradient: Float32Array,
  [value, m, v]: AdamState,
  [toValue, toM, toV]: AdamState,
  { rate, beta1, beta2, epsilon, decay }: MienUpdateKernels['MienAdam']['attrs'],
): void {
  for (let index = 0; index < gradient.length; index++) {
    const g = gradient[index]!;
    const m0 = m[index]!;
    const v0 = v[index]!;
    const m1 = m0 + (g - m0) * (1 - beta1);
    const v1 = v0 + (g * g - v0) * (1 - beta2);
    toM[index] = m1;
    toV[index] = v1;
    toValue[index] = value[index]! * (1 - decay) - (rate * m1) / (Math.sqrt(v1) + epsilon);
  }
}

function descend(gradient: Float32Array, value: Float32Array, toValue: Float32Array, rate: number): void {
  for (let index = 0; index < gradient.length; index++) {
    toValue[index] = value[index]! - rate * gradient[index]!;
  }
}

function roll(
  gradient: Float32Array,
  [value, m]: Two,
  [toValue, toM]: Two,
  { rate, momentum, nesterov }: MienUpdateKernels['MienSgd']['attrs'],
): void {
  for (let index = 0; index < gradient.length; index++) {
    const step = rate * gradient[index]!;
    const m1 = momentum * m[index]! - step;
    toM[index] = m1;
    toValue[index] = value[index]! + (nesterov ? momentum * m1 - step : m1);
  }
}
