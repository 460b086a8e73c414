/** A small confusion matrix after each phase, drawn by tfjs-vis, side by side: what opening the backbone changed. */
import type { ReactElement } from 'react';
import { formatPercent } from '../../lib/format.ts';
import type { Evaluation } from '../../protocol/events.ts';
import { phaseLabels } from '../../store/run-record.ts';
import type { PhaseRecord } from '../../store/state.ts';
import type { Chart, ChartProps, Subjects } from '../chart.ts';
import { Numbers } from '../plot/Numbers.tsx';
import { drawCells } from '../vis/drawings.ts';
import { useDrawing } from '../vis/use-drawing.ts';
import { rowShares, worstText } from './confusions.ts';

type Run = Subjects['run'];
type Ended = Pick<PhaseRecord, 'phaseIndex' | 'phase'> & {
  readonly keptEpoch: number;
  readonly evaluation: Evaluation;
};

/** The matrices of a run whose first phase has ended, where there are validation pictures. */
export const phaseMatrices: Chart<Run> = {
  name: 'phase-matrices',
  suits: (run) => endedOf(run).length > 0,
  summary: (run) =>
    endedOf(run)
      .map(({ phase, evaluation }) => {
        const right = formatPercent(evaluation.accuracy);
        return `After ${phaseLabels[phase]} ${right} of the validation pictures are right, ${worstText(evaluation)}.`;
      })
      .join(' '),
  Drawing: PhaseMatrices,
  Table: MatrixNumbers,
};

function endedOf({ record }: Run): Ended[] {
  return (record?.phases ?? []).flatMap(({ phaseIndex, phase, end }) =>
    end?.evaluation == null
      ? []
      : [{ phaseIndex, phase, keptEpoch: end.keptEpoch, evaluation: end.evaluation }],
  );
}

function PhaseMatrices({ subject, summary }: ChartProps<Run>): ReactElement {
  return (
    <section aria-labelledby="after-phases">
      <div className="row">
        <h3 id="after-phases">After each phase</h3>
        <span className="small">validation; rows true, columns predicted</span>
      </div>
      <div className="matrices" role="group" aria-label={summary}>
        {endedOf(subject).map(({ phaseIndex, phase, keptEpoch, evaluation }) => (
          <figure key={phaseIndex}>
            <SmallMatrix evaluation={evaluation} />
            <figcaption>
              <b>{phaseLabels[phase]}</b>, epoch {keptEpoch}: {formatPercent(evaluation.accuracy)}
              <br />
              {worstText(evaluation)}
            </figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}

function SmallMatrix({ evaluation }: { readonly evaluation: Evaluation }): ReactElement {
  const { labels, confusionMatrix } = evaluation;
  const { place } = useDrawing({ labels, shares: rowShares(confusionMatrix) }, drawCells);
  return <div className="drawing" ref={place} aria-hidden="true" />;
}

/** A line a phase and true class. */
function MatrixNumbers({ subject }: ChartProps<Run>): ReactElement {
  const ended = endedOf(subject);
  const labels = ended[0]?.evaluation.labels ?? [];
  const rows = ended.flatMap(({ phase, evaluation }) =>
    rowShares(evaluation.confusionMatrix).map((shares, truth) => [
      `${phaseLabels[phase]}, ${labels[truth] ?? ''}`,
      ...shares.map((share) => formatPercent(share, 0)),
    ]),
  );
  return (
    <Numbers
      caption="Validation pictures of each true class after each phase, per cent predicted as each class"
      head={['After, true', ...labels]}
      rows={rows}
    />
  );
}
