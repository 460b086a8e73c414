/** The classification report against scikit-learn's own text. Goldens: tests/parity/data/make_report_goldens.py. */
import { describe, expect, it } from 'vitest';
import { evaluationOf } from '../../../src/evaluation/metrics.ts';
import { classificationReport } from '../../../src/lib/figures/classification-report.ts';
import { topAccuracy } from '../../../src/lib/figures/sureness.ts';
import golden from '../../parity/data/goldens/reports.json';

interface Case {
  readonly labels: readonly string[];
  readonly truths: readonly number[];
  /** In the place of probabilities, which have the same order. */
  readonly scores: readonly number[];
  readonly confusionMatrix: readonly (readonly number[])[];
  readonly text: string;
  readonly top2: number;
}

const cases: readonly Case[] = golden.cases;

describe.each(cases.map((each) => [each.labels.length, each] as const))('%i classes', (classes, theirs) => {
  const { labels, truths } = theirs;
  const probabilities = Float32Array.from(theirs.scores);
  it('has the text and the top-2 accuracy of scikit-learn', () => {
    const { perClass, accuracy, confusionMatrix } = evaluationOf({
      split: 'test',
      rows: Uint32Array.from(truths.keys()),
      loss: 0,
      probabilities,
      labelOfRow: truths,
      labels,
    });
    expect(confusionMatrix).toEqual(theirs.confusionMatrix);
    expect(classificationReport(perClass, accuracy)).toBe(theirs.text);
    expect(topAccuracy(probabilities, truths, classes, 2)).toBeCloseTo(theirs.top2, 12);
  });
});

it('rounds halves to even, as Python does', () => {
  const line = { label: 'a', precision: 1 / 32, recall: 3 / 32, f1: 5 / 32, support: 1 };
  expect(classificationReport([line], 1 / 32)).toContain('   0.0312    0.0938    0.1562         1\n');
});
