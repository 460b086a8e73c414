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
  /** Of the innermost loop of a convolution alone, on values in the first cache: registers and loads let it do no more. */
  readonly tileFlops: number;
}

/** Sums that do not wait for each other: more than one addition's latency times how many begin in one cycle. */
const CHAINS = 12;
const LANES = 4;
const ITERATIONS = 100_000;
const COPIED_BYTES = 2 ** 22;
/** As roof.as.ts has it: positions, output and input channels; and how often. */
const TILE = 4 * 8 * 96;
const TILES = 2000;

/** Measures it. @param isRelaxed whether over kernels on relaxed SIMD */
export async function measureRoof(quick: boolean, isRelaxed = false): Promise<Roof> {
  const { loop, tile } = await loops(isRelaxed);
  const from = new Float32Array(COPIED_BYTES / 4).fill(1);
  const to = new Float32Array(COPIED_BYTES / 4);
  const [loopSeconds = NaN, copySeconds = NaN, tileSeconds = NaN] = await duel(
    [() => void loop(ITERATIONS), () => to.set(from), () => void tile(TILES)],
    patienceOf(quick),
    processorClock,
  );
  return {
    flops: (ITERATIONS * CHAINS * LANES * 2) / loopSeconds / 1e9,
    bytes: (2 * COPIED_BYTES) / copySeconds / 1e9,
    tileFlops: (TILES * TILE * 2) / tileSeconds / 1e9,
  };
}

type Loop = (times: number) => number;

async function loops(isRelaxed: boolean): Promise<Readonly<Record<'loop' | 'tile', Loop>>> {
  const source = 'tools/bench/kernels/roof.as.ts';
  const binary = await compileKernels({ source, importsMemory: false, isRelaxed });
  const { instance } = await WebAssembly.instantiate(binary);
  return { loop: instance.exports['loop'] as Loop, tile: instance.exports['tile'] as Loop };
}
