/**
 * Every chart of the registry, on everything that there are charts of: it says in words what it shows, has the same as a
 * table that can be read aloud, and never a number that is none.
 */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Charts, ChartView } from '../../src/charts/Charts.tsx';
import { comparedCharts } from '../../src/charts/compared/charts.ts';
import type { Chart, Subjects } from '../../src/charts/chart.ts';
import { charts } from '../../src/charts/registry.ts';
import { evaluationOf } from '../../src/evaluation/metrics.ts';
import type { Evaluation, RunEvent } from '../../src/protocol/events.ts';
import { recordOf, type RunState } from '../../src/store/state.ts';
import {
  dataset,
  epochOf,
  evaluation,
  keptRun,
  phaseEvent,
  readyState,
  recipe,
  result,
  running,
  stepEvent,
  tuneEvent,
} from '../unit/store/samples.ts';

const many = Array.from({ length: 20 }, (_, index) => `class ${index}`);

/** The evaluation of as many pictures as a matrix counts, each with the answer that its cell says. */
function evaluationWith(matrix: readonly (readonly number[])[]): Evaluation {
  const answers = matrix.flatMap((row, truth) =>
    row.flatMap((count, predicted) => Array.from({ length: count }, () => ({ truth, predicted }))),
  );
  const probabilities = answers.flatMap(({ predicted }) =>
    many.map((_, index) => (index === predicted ? 0.9 : 0.1 / (many.length - 1))),
  );
  return evaluationOf({
    split: 'validation',
    rows: Uint32Array.from(answers.keys()),
    loss: 1,
    probabilities: Float32Array.from(probabilities),
    labelOfRow: answers.map(({ truth }) => truth),
    labels: many,
  });
}

const ofMany = evaluationWith(
  many.map((_, truth) => many.map((_other, predicted) => (truth + predicted) % 3)),
);
const allRight = evaluationWith(
  many.map((_, truth) => many.map((_other, predicted) => (truth === predicted ? 3 : 0))),
);
const epoch = (phaseIndex: number, number: number, loss: number): RunEvent => ({
  kind: 'epoch',
  record: epochOf(phaseIndex, number, loss),
  isBest: true,
});
const headEnd: Extract<RunEvent, { kind: 'phaseEnd' }> = {
  kind: 'phaseEnd',
  phaseIndex: 0,
  stoppedEarly: true,
  bestEpoch: 2,
  keptEpoch: 2,
  evaluation,
};
/** Of a split that keeps no pictures for validation. */
const unchecked = (number: number, loss: number): RunEvent => ({
  kind: 'epoch',
  record: { ...epochOf(0, number, loss), valLoss: null, valAccuracy: null },
  isBest: false,
});
const uncheckedEnd: RunEvent = { ...headEnd, bestEpoch: null, stoppedEarly: false, evaluation: null };
const toTuning = [phaseEvent, epoch(0, 1, 1.8), epoch(0, 2, 1.6), headEnd, tuneEvent];

const ofRun = (run: RunState, classes = 8): Subjects['run'] => ({
  recipe,
  record: recordOf(run),
  kind: run.kind,
  classes,
  noun: 'faces',
});
const onChoose = (): void => undefined;
const points = [2, 1.2, 1.5].map((loss, index) => ({
  learningRate: 10 ** (index - 3),
  loss,
  smoothedLoss: loss,
}));
const ofRuns = { recipe: result.recipe, run: readyState.run, labelOf: (name: string) => name };

/** By what they are of: subjects with nothing to show yet, then with much, all different. */
const subjects: { readonly [Of in keyof Subjects]: readonly Subjects[Of][] } = {
  set: [
    dataset,
    { ...dataset, labelOfRow: Uint16Array.of(0, 0, 0, 0, 0, 0, 1, 0) },
    { ...dataset, labels: many },
  ],
  run: [
    ofRun(readyState.run, 0),
    ofRun(readyState.run),
    ofRun(running([phaseEvent, stepEvent(2)]).run),
    ofRun(running(toTuning).run),
    ofRun(running([phaseEvent, unchecked(1, 1.9), unchecked(2, 1.7), uncheckedEnd, tuneEvent]).run),
    ofRun(running([phaseEvent, unchecked(1, 1.9), stepEvent(2, { epoch: 2 })]).run),
    ofRun(
      running([...toTuning, epoch(1, 1, 1.1), { ...headEnd, phaseIndex: 1, bestEpoch: 1, keptEpoch: 1 }]).run,
    ),
  ],
  evaluation: [
    { labels: evaluation.labels, evaluation: null, chosen: null, onChoose },
    { labels: evaluation.labels, evaluation, chosen: { truth: 1, predicted: 0 }, onChoose },
    { labels: many, evaluation: ofMany, chosen: null, onChoose },
    { labels: many, evaluation: allRight, chosen: null, onChoose },
  ],
  sweep: [
    { points: [], steps: null, suggested: null },
    { points: points.slice(0, 1), steps: 3, suggested: null },
    { points, steps: 3, suggested: 0.001 },
  ],
  runs: [
    { ...ofRuns, runs: [] },
    { ...ofRuns, runs: [keptRun] },
    {
      ...ofRuns,
      runs: [keptRun, { ...keptRun, runId: 'two', test: { accuracy: 0.7, interval: null, pictures: null } }],
    },
  ],
};

const kinds = Object.keys(subjects) as (keyof Subjects)[];
const listed = kinds.flatMap((of) =>
  charts[of].map((chart) => ({
    of,
    name: chart.name,
    // The registry and the subjects go by the same names.
    chart: chart as Chart<unknown>,
    shown: (subjects[of] as readonly unknown[]).filter((one) => chart.suits(one as never)),
  })),
);

const comparedRun = (letter: string, losses: readonly number[], test: Evaluation) => {
  const history = losses.map((value, index) => epochOf(index > 1 ? 1 : 0, (index % 2) + 1, value));
  const record = { result: { ...result, history, test }, ended: [], dataset };
  return { letter, name: `run ${letter}`, record };
};
const turned = {
  ...evaluation,
  confusionMatrix: [
    [2, 0],
    [0, 1],
  ],
};
const compared = [
  { runs: [comparedRun('A', [2, 1], evaluation), comparedRun('B', [2, 1, 0.5], turned)] },
  { runs: [comparedRun('A', [2, 1], evaluation), comparedRun('B', [3], evaluation)] },
];
const ofCompared = comparedCharts.map((chart) => ({
  of: 'comparison',
  name: chart.name,
  chart: chart as Chart<unknown>,
  shown: compared.filter((one) => chart.suits(one)),
}));

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Columns of each row, cells that span several counted so. */
function widthsOf(table: string): number[] {
  const rows = table.match(/<tr[\s>].*?<\/tr>/gs) ?? [];
  return rows.map((row) =>
    (row.match(/<t[hd][\s>][^>]*|<t[hd]>/g) ?? []).reduce(
      (sum, cell) => sum + Number(/colspan="(\d+)"/i.exec(cell)?.[1] ?? 1),
      0,
    ),
  );
}

it('has no two charts of one name', () => {
  expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
});

describe('the loss', () => {
  const lossOf = (...losses: readonly number[]): { ticks: number[]; points: number[][] } => {
    const events = [phaseEvent, ...losses.map((value, index) => epoch(0, index + 1, value))];
    const [plot = ''] = renderToStaticMarkup(<Charts of="run" subject={ofRun(running(events).run)} />).split(
      'class="readout second"',
    );
    return {
      ticks: [...plot.matchAll(/tick y"[^>]*>([^<]+)</g)].map(([, text]) => Number(text)),
      points: [...plot.matchAll(/points="([^"]+)"/g)].map(([, text]) =>
        (text ?? '').split(' ').map((point) => 1 - Number(point.split(',')[1])),
      ),
    };
  };

  it('has no line, number or legend of validation where there are no pictures for it', () => {
    const record = running([phaseEvent, unchecked(1, 1.9), unchecked(2, 1.7)]);
    const page = renderToStaticMarkup(<Charts of="run" subject={ofRun(record.run)} />);
    const [, caption = ''] = /<figcaption[^>]*>([^<]+)</.exec(page) ?? [];
    expect(caption).toMatch(
      /^Training loss went from 1\.90 to 1\.70\. The split keeps no faces for validation/,
    );
    expect(page.replace(caption, '')).not.toMatch(/validation/i);
    expect([...page.matchAll(/<polyline/g)]).toHaveLength(2);
  });

  it('has one axis, from zero, that holds all of it and only grows', () => {
    const before = lossOf(6.4);
    const after = lossOf(6.4, 1.2, 0.3);
    expect(after.ticks).toEqual(before.ticks);
    expect(after.ticks[0]).toBe(0);
    const top = Math.max(...after.ticks);
    expect(top).toBeGreaterThanOrEqual(6.4);
    expect(lossOf(6.4, 1.2, 9).ticks.at(-1)).toBeGreaterThanOrEqual(9);
    // Before anything is drawn, each line is there, with every epoch where its loss is.
    const validation = after.points.find((line) => Math.abs((line[0] ?? 0) * top - 6.4) < 1e-9);
    const off = [6.4, 1.2, 0.3].map((value, at) => Math.abs(value - (validation?.[at] ?? NaN) * top));
    expect(Math.max(...off)).toBeLessThan(1e-9);
    expect(after.points.map((line) => line.length)).toEqual([3, 3]);
  });
});

describe.each([...listed, ...ofCompared])('the chart $name of a $of', ({ chart, shown }) => {
  const markupOf = (subject: unknown): string => {
    const { Drawing, Table } = chart;
    const parts = { subject, summary: chart.summary(subject) };
    return renderToStaticMarkup(
      <>
        {Drawing !== null && <Drawing {...parts} />}
        <Table {...parts} />
      </>,
    );
  };

  it('says in whole sentences what it shows, of each subject something else', () => {
    const said = shown.map((subject) => chart.summary(subject));
    for (const text of said) {
      expect(text).toMatch(/^[A-Z].*\.$/s);
      expect(text).not.toMatch(/NaN|undefined|null|Infinity|\[object/);
    }
    expect(new Set(said).size).toBeGreaterThan(1);
  });

  it('gives its words to those who do not see it', () => {
    for (const subject of shown) {
      const page = renderToStaticMarkup(<ChartView chart={chart} subject={subject} />);
      expect(page).toContain(escaped(chart.summary(subject)));
    }
  });

  it('has the same as a table with a caption, headings and even rows', () => {
    const tables = shown.flatMap((subject) => markupOf(subject).match(/<table.*?<\/table>/gs) ?? []);
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) {
      expect(table).toMatch(/<caption[^>]*>[^<]+</);
      expect(table).toMatch(/<th scope="col"/);
      expect(new Set(widthsOf(table)).size, table).toBe(1);
      const body = /<tbody>(.*)<\/tbody>/s.exec(table)?.[1] ?? '';
      for (const row of body.match(/<tr[\s>].*?<\/tr>/gs) ?? [])
        expect(row).toMatch(/<th scope="row(group)?"/);
    }
  });

  it('writes no number that is none', () => {
    for (const subject of shown) expect(markupOf(subject)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
