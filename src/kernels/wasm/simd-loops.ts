/**
 * The loops of host/loops.ts on SIMD, over the wasm backend's own memory: nothing is copied. The module is
 * simd-loops.wat, assembled.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { plainLoops, type AdamState, type Loops } from '../host/loops.ts';

/** In base64. */
export const SIMD_LOOPS =
  'AGFzbQEAAAABLgVgBX9/f399AGAEf39/fwBgA39/fwBgDX9/f39/f39/fX19fX0AYAV/f39/fwACEgEDZW52Bm1lbW9yeQIDAYCABAMH' +
  'BgABAgMBBAdBBQ5hY3RpdmF0aW9uR3JhZAAAC211bHRpcGx5QWRkAAEEYWRhbQADCmNoYW5uZWxTdW0ABApjaGFubmVsRG90AAUKlwYG' +
  'xQEDAX8BewF9IAIgA0F8cUECdGohBQJAA0AgAiAFTw0BIAH9AAQAIQYgAiAA/QAEACAG/QwAAAAAAAAAAAAAAAAAAAAA/UQgBiAE/RP9' +
  'Q/1O/U79CwQAIABBEGohACABQRBqIQEgAkEQaiECDAALCyAFIANBA3FBAnRqIQUCQANAIAIgBU8NASABKgIAIQcgAiAAKgIAQwAAAAAg' +
  'B0MAAAAAXiAHIARdcRs4AgAgAEEEaiEAIAFBBGohASACQQRqIQIMAAsLC5oBAQF/IAAgA0F8cUECdGohBAJAA0AgACAETw0BIAAgAP0A' +
  'BAAgAf0ABAAgAv0ABAD95gH95AH9CwQAIABBEGohACABQRBqIQEgAkEQaiECDAALCyAEIANBA3FBAnRqIQQCQANAIAAgBE8NASAAIAAq' +
  'AgAgASoCACACKgIAlJI4AgAgAEEEaiEAIAFBBGohASACQQRqIQIMAAsLC30BAX8gACACQXxxQQJ0aiEDAkADQCAAIANPDQEgACAA/QAE' +
  'ACAB/QAEAP3kAf0LBAAgAEEQaiEAIAFBEGohAQwACwsgAyACQQNxQQJ0aiEDAkADQCAAIANPDQEgACAAKgIAIAEqAgCSOAIAIABBBGoh' +
  'ACABQQRqIQEMAAsLC70BAgJ/A3sgB0ECdCEOAkADQCANIA5PDQEgACANav0ABAAhDyACIA1q/QAEACEQIAMgDWr9AAQAIREgECAPIBD9' +
  '5QEgCf0T/eYB/eQBIRAgESAPIA/95gEgEf3lASAK/RP95gH95AEhESAFIA1qIBD9CwQAIAYgDWogEf0LBAAgBCANaiABIA1q/QAEACAM' +
  '/RP95gEgCP0TIBD95gEgEf3jASAL/RP95AH95wH95QH9CwQAIA1BEGohDQwACwsLNAAgAUEAIANBAnT8CwACQANAIAJFDQEgASAAIAMQ' +
  'AiAAIANBAnRqIQAgAkEBayECDAALCwtAACACQQAgBEECdPwLAAJAA0AgA0UNASACIAAgASAEEAEgACAEQQJ0aiEAIAEgBEECdGohASAD' +
  'QQFrIQMMAAsLCw==';

/** Addresses in bytes, counts in values. */
interface Exports {
  activationGrad(dy: number, y: number, out: number, count: number, ceiling: number): void;
  multiplyAdd(sum: number, a: number, b: number, count: number): void;
  channelSum(x: number, out: number, rows: number, channels: number): void;
  channelDot(x: number, y: number, out: number, rows: number, channels: number): void;
  adam(
    gradient: number, value: number, m: number, v: number, toValue: number, toM: number, toV: number, count: number,
    rate: number, move1: number, move2: number, epsilon: number, keep: number,
  ): void; // prettier-ignore
}

/** What the module does at a time. */
const LANES = 4;

/** Where the module says that the memory it imports is shared, and what it says for one that is not. */
const SHARED = [0x02, 0x03, 0x01] as const;
const OWN = 0x01;

/**
 * Loops over views of the backend's memory, or null where there is no SIMD or the memory cannot be had: plain loops
 * do the same, slower.
 */
export function simdLoops(backend: BackendWasm): Loops | null {
  const memory = memoryOf(backend);
  const exports = memory === null ? null : instantiate(memory);
  if (exports === null) return null;
  return {
    activationGrad(dy, y, ceiling, out) {
      exports.activationGrad(dy.byteOffset, y.byteOffset, out.byteOffset, out.length, ceiling);
    },
    channelSum(x, out) {
      exports.channelSum(x.byteOffset, out.byteOffset, x.length / out.length, out.length);
    },
    channelDot(x, y, out) {
      exports.channelDot(x.byteOffset, y.byteOffset, out.byteOffset, x.length / out.length, out.length);
    },
    multiplyAdd(sum, sumAt, a, aAt, b, bAt, count) {
      exports.multiplyAdd(sum.byteOffset + sumAt * 4, a.byteOffset + aAt * 4, b.byteOffset + bAt * 4, count);
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

/** The backend keeps it at one place with threads, at another without. */
function memoryOf(backend: BackendWasm): WebAssembly.Memory | null {
  const { wasmMemory, asm } = backend.wasm as { wasmMemory?: unknown; asm?: { memory?: unknown } };
  const memory = wasmMemory ?? asm?.memory;
  return memory instanceof WebAssembly.Memory ? memory : null;
}

function instantiate(memory: WebAssembly.Memory): Exports | null {
  const bytes = Uint8Array.from(atob(SIMD_LOOPS), (char) => char.charCodeAt(0));
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  if (!isShared)
    bytes[bytes.findIndex((_, at) => SHARED.every((byte, i) => bytes[at + i] === byte)) + 1] = OWN;
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return exports as unknown as Exports;
}
