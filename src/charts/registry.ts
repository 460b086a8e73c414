/** The charts, by what they are of, in the order in which the page shows them. A new one is a file and a line here. */
import type { Chart, Subjects } from './chart.ts';
import { classBars } from './class-bars.tsx';
import { confusionMatrix } from './confusions/confusion-matrix.tsx';
import { phaseMatrices } from './confusions/phase-matrices.tsx';
import { worstPairsChart } from './confusions/worst-pairs.tsx';
import { curves } from './curves/curves.tsx';
import { rateSweep } from './rate-sweep.tsx';
import { runs } from './runs.tsx';

export const charts: { readonly [Of in keyof Subjects]: readonly Chart<Subjects[Of]>[] } = {
  set: [classBars],
  run: [curves, phaseMatrices],
  evaluation: [confusionMatrix, worstPairsChart],
  sweep: [rateSweep],
  runs: [runs],
};
