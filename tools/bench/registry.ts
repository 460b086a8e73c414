/** The benchmarks, in the order in which they run. One line each. */
import type { Bench } from './bench.ts';
import { recipe } from './cases/recipe.ts';

export const BENCHES: readonly Bench[] = [recipe];
