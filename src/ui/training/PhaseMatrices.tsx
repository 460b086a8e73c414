/** A small confusion matrix after each phase, drawn by tfjs-vis, side by side: what opening the backbone changed. */
import { useEffect, useRef, type ReactElement } from 'react';
import { formatPercent } from '../../lib/format.ts';
import type { Evaluation } from '../../protocol/events.ts';
import type { PhaseRecord, RunRecord } from '../../store/state.ts';
import { useIsDark } from '../theme.ts';
import { phaseLabels } from '../words/sentence.ts';
import { worstConfusion } from '../results/confusions.ts';
import { scheduleOn } from './use-curve.ts';

/** Nothing before the first phase has ended. */
export function PhaseMatrices({ record }: { readonly record: RunRecord }): ReactElement | null {
  const ended = record.phases.filter((phase) => phase.end !== null);
  if (ended.length === 0) return null;
  return (
    <section aria-labelledby="after-phases">
      <div className="row">
        <h3 id="after-phases">After each phase</h3>
        <span className="small">validation; rows true, columns predicted</span>
      </div>
      <div className="matrices">
        {ended.map((phase) => (
          <PhaseMatrix key={phase.phaseIndex} phase={phase} />
        ))}
      </div>
    </section>
  );
}

function PhaseMatrix({ phase }: { readonly phase: PhaseRecord }): ReactElement | null {
  if (phase.end === null) return null;
  const { evaluation, keptEpoch } = phase.end;
  return (
    <figure>
      <MatrixDrawing evaluation={evaluation} label={phaseLabels[phase.phase]} />
      <figcaption>
        <b>{phaseLabels[phase.phase]}</b>, epoch {keptEpoch}: {formatPercent(evaluation.accuracy)}
        <br />
        {worstText(evaluation)}
      </figcaption>
    </figure>
  );
}

function MatrixDrawing({
  evaluation,
  label,
}: {
  readonly evaluation: Evaluation;
  readonly label: string;
}): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const dark = useIsDark();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    return scheduleOn(element, async (isCurrent) => {
      const { drawMatrix } = await import('../../charts/matrix.ts');
      await drawMatrix(element, evaluation, isCurrent);
    });
    // The chart's colours are taken from the theme when it is drawn.
  }, [evaluation, dark]);
  const summary = `Confusion matrix after ${label}: ${worstText(evaluation)}. The table under Results has the numbers.`;
  return <div className="drawing" ref={place} role="img" aria-label={summary} />;
}

function worstText(evaluation: Evaluation): string {
  const worst = worstConfusion(evaluation);
  if (worst === null) return 'no class taken for another';
  const { labels } = evaluation;
  return `most often ${labels[worst.truth] ?? ''} taken for ${labels[worst.predicted] ?? ''}`;
}
