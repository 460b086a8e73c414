/** The loops of host/loops.ts on SIMD, over the wasm backend's own memory: nothing is copied. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { plainLoops, type AdamState, type Loops } from '../host/loops.ts';
import { kernelsOf } from './module.ts';
import { runLoop } from './task.ts';

/** What the module does at a time. */
const LANES = 4;

/** Loops over views of the backend's memory. */
export function simdLoops(wasm: BackendWasm): Loops {
  const exports = kernelsOf(wasm);
  return {
    activationGrad(dy, y, ceiling, out) {
      const places = { dy: dy.byteOffset, x: y.byteOffset, out: out.byteOffset, count: out.length };
      runLoop(wasm, { kind: 'activationGrad', ...places, ceiling });
    },
    channelSum(x, out) {
      exports.channelSum(x.byteOffset, out.byteOffset, x.length / out.length, out.length);
    },
    channelDot(x, y, out) {
      exports.channelDot(x.byteOffset, y.byteOffset, out.byteOffset, x.length / out.length, out.length);
    },
    adam(gradient, from, to, attrs) {
      const { rate, beta1, beta2, epsilon, decay } = attrs;
      const count = gradient.length - (gradient.length % LANES);
      const [value, m, v] = addresses(from);
      const [toValue, toM, toV] = addresses(to);
      const rates = [rate, 1 - beta1, 1 - beta2, epsilon, 1 - decay] as const;
      exports.adam(gradient.byteOffset, value, m, v, toValue, toM, toV, count, ...rates);
      const rest = (arrays: AdamState): AdamState => map(arrays, (array) => array.subarray(count));
      plainLoops.adam(gradient.subarray(count), rest(from), rest(to), attrs);
    },
  };
}

const map = <Value>([value, m, v]: AdamState, of: (array: Float32Array) => Value): [Value, Value, Value] => [
  of(value),
  of(m),
  of(v),
];

const addresses = (state: AdamState): [number, number, number] => map(state, ({ byteOffset }) => byteOffset);
