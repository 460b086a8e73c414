/**
 * Owns the roof over what one thread can do here: arithmetic by a loop of nothing but SIMD multiplications and additions
 * in registers, and memory by copying as much as a layer's values are. A kernel of f operations on b bytes can be no faster than
 * the smaller of the first and of f / b times the second.
 *
 * @see Williams, Waterman and Patterson, "Roofline: an insightful visual performance model", 2009
 */
import { compileKernels } from '../../kernels/compile.ts';
import { duel, patienceOf, processorClock } from './duel.ts';

/** In billions a second. */
export interface Roof {
  readonly flops: number;
  /** Read and written together. */
  readonly bytes: number;
}

/** Sums that do not wait for each other: more than one addition's latency times how many begin in one cycle. */
const CHAINS = 12;
const LANES = 4;
const ITERATIONS = 100_000;
const COPIED_BYTES = 2 ** 22;

/** Measures it. @param isRelaxed whether over kernels on relaxed SIMD */
export async function measureRoof(quick: boolean, isRelaxed = false): Promise<Roof> {
  const multiplyAndAdd = await loop(isRelaxed);
  const from = new Float32Array(COPIED_BYTES / 4).fill(1);
  const to = new Float32Array(COPIED_BYTES / 4);
  const [loopSeconds = NaN, copySeconds = NaN] = await duel(
    [() => void multiplyAndAdd(ITERATIONS), () => to.set(from)],
    patienceOf(quick),
    processorClock,
  );
  return {
    flops: (ITERATIONS * CHAINS * LANES * 2) / loopSeconds / 1e9,
    bytes: (2 * COPIED_BYTES) / copySeconds / 1e9,
  };
}

async function loop(isRelaxed: boolean): Promise<(iterations: number) => number> {
  const source = 'tools/bench/kernels/roof.as.ts';
  const binary = await compileKernels({ source, importsMemory: false, isRelaxed });
  const { instance } = await WebAssembly.instantiate(binary);
  return instance.exports['loop'] as (iterations: number) => number;
}
