/** Shows every chart that there is of a thing: its drawing, then its table. */
import type { ReactElement } from 'react';
import type { Chart, Subjects } from './chart.ts';
import { charts } from './registry.ts';

interface ChartsProps<Of extends keyof Subjects> {
  readonly of: Of;
  readonly subject: Subjects[Of];
}

/** The charts of a subject that have something to show, in the order of the registry. */
export function Charts<Of extends keyof Subjects>({ of, subject }: ChartsProps<Of>): ReactElement[] {
  return charts[of]
    .filter((chart) => chart.suits(subject))
    .map((chart) => <ChartView key={chart.name} chart={chart} subject={subject} />);
}

/** One of them. */
export function ChartView<Subject>({
  chart,
  subject,
}: {
  readonly chart: Chart<Subject>;
  readonly subject: Subject;
}): ReactElement {
  const { Drawing, Table } = chart;
  const parts = { subject, summary: chart.summary(subject) };
  return (
    <>
      {Drawing !== null && <Drawing {...parts} />}
      <Table {...parts} />
    </>
  );
}
