/** Owns how it is said what a run was computed on, wherever that is said: a list, a comparison, a report, an export. */
import type { RunResult } from '../events.ts';

/** What tells it. */
export type Computed = Pick<RunResult, 'device' | 'simd' | 'computedOn'>;

/** For example `wasm · 2 threads with relaxed SIMD, then WebGPU · Apple M3`. */
export const computedText = (computed: Computed): string => listOf(computed).join(', then ');

/** Whether another arithmetic went on with it: then its last digits may be others than those of a run in one go. */
export const isComputedAnew = (computed: Computed): boolean => listOf(computed).length > 1;

/** What has to be known of such a run, wherever it is laid open. */
export const ANEW = 'its last digits may differ from those of a run in one go';

/** For example `Computed on wasm · 2 threads, then cpu · plain JavaScript: its last digits may differ …`, without a full stop. */
export const computedSentence = (computed: Computed): string =>
  `Computed on ${computedText(computed)}${isComputedAnew(computed) ? `: ${ANEW}` : ''}`;

/** Whether runs were computed in the same way throughout; with how many threads is no matter. */
export function areComputedAlike(runs: readonly Computed[]): boolean {
  const texts = runs.map((run) => computedText(run).replaceAll(/ · (?:one thread|\d+ threads)/gu, ''));
  return new Set(texts).size <= 1;
}

/** Earlier versions noted the last device and each SIMD alone. */
function listOf({ device, simd = [], computedOn = [] }: Computed): readonly string[] {
  if (computedOn.length > 0) return computedOn;
  if (device.backend !== 'wasm') return [...simd.map((each) => `wasm with ${each} SIMD`), device.label];
  const all = simd.map((each) => `${device.label}${each === 'relaxed' ? ' with relaxed SIMD' : ''}`);
  return all.length === 0 ? [device.label] : all;
}
