/** The charts of runs that are compared, loaded with the list of kept runs: a registry of their own, so that no page waits for them. */
import type { Chart } from '../chart.ts';
import { comparedMatrices } from './matrices.tsx';
import { overlaid, type Compared } from './overlaid.tsx';

export const comparedCharts: readonly Chart<Compared>[] = [overlaid, comparedMatrices];
