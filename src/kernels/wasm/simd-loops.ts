/** The loops of host/loops.ts on SIMD, over the wasm backend's own memory: nothing is copied. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Loops } from '../host/loops.ts';
import { runLoop } from './loops.ts';

/** Loops over views of the backend's memory. */
export function simdLoops(wasm: BackendWasm): Loops {
  const shapeOf = (x: Float32Array, channels: number, pictures = 1) => ({
    count: x.length,
    shape: { pictures, rows: x.length / channels / pictures, channels },
  });
  return {
    activationGrad(dy, y, ceiling, out) {
      const places = { dy: dy.byteOffset, x: y.byteOffset, out: out.byteOffset, count: out.length };
      runLoop(wasm, { kind: 'activationGrad', ...places, ceiling });
    },
    channelSum(x, out) {
      const places = { x: x.byteOffset, out: out.byteOffset };
      runLoop(wasm, { kind: 'channelSum', ...places, ...shapeOf(x, out.length) });
    },
    channelDot(x, y, out) {
      const places = { x: x.byteOffset, dy: y.byteOffset, out: out.byteOffset };
      runLoop(wasm, { kind: 'channelDot', ...places, ...shapeOf(x, out.length) });
    },
    globalPool(x, pictures, out) {
      const places = { x: x.byteOffset, out: out.byteOffset };
      runLoop(wasm, { kind: 'globalPool', ...places, ...shapeOf(x, out.length / pictures, pictures) });
    },
    globalPoolGrad(dy, pictures, out) {
      const places = { dy: dy.byteOffset, out: out.byteOffset };
      runLoop(wasm, { kind: 'globalPoolGrad', ...places, ...shapeOf(out, dy.length / pictures, pictures) });
    },
  };
}
