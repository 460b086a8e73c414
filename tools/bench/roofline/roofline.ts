/**
 * What a dispatch would take on named GPUs, by a simple model: an order of size, and what bounds it, not a measurement.
 *
 * A dispatch takes as long as its arithmetic or its bytes, whichever is more. Bytes pass at the memory's bandwidth, each that
 * is bound once. Arithmetic runs at the peak, less two things. Reads: a core that does 128 multiply-adds a clock gets 128
 * bytes a clock from its first cache or workgroup memory (NVIDIA's since Volta; taken for all), eight reads of four values, so
 * that more than 1/16 of a read for each multiply-add bounds it; that neighbours read the same place, which some caches serve
 * at once, is not counted, nor is what a thread gets from another's registers, which Intel's do by the way and others do not. Threads: each lane needs four, so that one's latency is another's work; with fewer, the share of
 * those there are, for bytes as for arithmetic. The roofline is the same without these two. Starting a dispatch, some microseconds, is left out.
 */
import type { Dispatch } from './dispatches.ts';

/** What its maker says of a GPU. */
export interface NamedGpu {
  readonly name: string;
  /** Multiplications and additions of 32 bits a second, in units of 10^12. */
  readonly teraflops: number;
  /** 10^9 bytes a second from memory. */
  readonly gigabytes: number;
  /** Multiply-adds a clock. */
  readonly lanes: number;
  readonly source: string;
}

export const GPUS: readonly NamedGpu[] = [
  {
    name: 'NVIDIA RTX 4070',
    teraflops: 29.1,
    gigabytes: 504,
    lanes: 5888,
    source:
      'NVIDIA’s specification: 5,888 CUDA cores, boost clock 2.475 GHz, 192 bits of GDDR6X at 21 Gbit/s; 2 × cores × clock',
  },
  {
    name: 'Apple M2, 10 cores',
    teraflops: 3.6,
    gigabytes: 100,
    lanes: 1280,
    source: 'Apple’s announcement of June 2022: 3.6 teraflops, 100 GB/s; 128 lanes a core',
  },
  {
    name: 'Intel Iris Xe, 96 units',
    teraflops: 2.0,
    gigabytes: 68,
    lanes: 768,
    source:
      'Intel’s specification of the Core i7-1165G7: 96 execution units of 8 lanes, 1.3 GHz, two channels of LPDDR4x-4267; 2 × lanes × clock',
  },
];

/** Reads of four values for each multiply-add that a first cache serves. */
const LOADS_SERVED = 1 / 16;
const THREADS_A_LANE = 4;

/** Seconds by the model, and at the roofline. */
export interface Estimate {
  readonly seconds: number;
  readonly roofline: number;
}

export function estimate({ work, bytes, threads }: Dispatch, gpu: NamedGpu): Estimate {
  const memory = bytes / (gpu.gigabytes * 1e9);
  const arithmetic = (work?.flops ?? 0) / (gpu.teraflops * 1e12);
  const reads = work === null ? 1 : Math.min(1, LOADS_SERVED / work.loadsPerFma);
  const occupied = Math.min(1, threads / (THREADS_A_LANE * gpu.lanes));
  return {
    seconds: Math.max(memory, arithmetic / reads) / occupied,
    roofline: Math.max(memory, arithmetic),
  };
}

/** Of several dispatches one after another. */
export function shareOfRoofline(dispatches: readonly Dispatch[], gpu: NamedGpu): number {
  const all = dispatches.map((dispatch) => estimate(dispatch, gpu));
  const sum = (pick: (one: Estimate) => number): number => all.reduce((total, one) => total + pick(one), 0);
  return sum(({ roofline }) => roofline) / sum(({ seconds }) => seconds);
}
