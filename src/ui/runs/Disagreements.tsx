/** Test pictures that one run gets right and the other wrong; only where their set is open. */
import type { ReactElement } from 'react';
import { countOf } from '../../lib/format.ts';
import { likeliestOf } from '../../lib/figures/sureness.ts';
import { rightOf, type ComparedRun } from '../../store/compare.ts';
import { PictureCanvas } from '../data/pictures.tsx';
import { useStudioState } from '../studio-context.ts';

/** Of each kind. */
const SHOWN = 14;

interface DisagreementsProps {
  readonly one: ComparedRun;
  readonly other: ComparedRun;
}

export function Disagreements({ one, other }: DisagreementsProps): ReactElement {
  const key = one.record.dataset?.picturesKey;
  const hasPictures = useStudioState(
    ({ dataset }) => key !== undefined && dataset.value?.picturesKey === key,
  );
  if (!hasPictures) {
    return (
      <p className="small">Open their set to see the pictures that one gets right and the other wrong.</p>
    );
  }
  return (
    <div className="disagreements">
      <Right right={one} wrong={other} />
      <Right right={other} wrong={one} />
    </div>
  );
}

function Right({ right, wrong }: { readonly right: ComparedRun; readonly wrong: ComparedRun }): ReactElement {
  const { test } = wrong.record.result;
  const [here, there] = [rightOf(right.record), rightOf(wrong.record)];
  const places = (here ?? []).flatMap((isRight, at) => (isRight && there?.[at] === false ? [at] : []));
  const labels = test?.labels ?? [];
  return (
    <section>
      <h3>
        {right.letter} is right, {wrong.letter} is wrong{' '}
        <span className="small">{countOf(places.length, 'picture')}</span>
      </h3>
      <div className="disagreements-row">
        {places.slice(0, SHOWN).map((at) => {
          const row = test?.rows[at] ?? 0;
          const said = test === null ? 0 : likeliestOf(test.probabilities, at * labels.length, labels.length);
          const truth = right.record.dataset?.labelOfRow[row] ?? 0;
          return (
            <figure key={row}>
              <PictureCanvas row={row} label="" />
              <figcaption className="small">
                <b>{labels[truth]}</b>
                <br />
                {wrong.letter}: {labels[said]}
              </figcaption>
            </figure>
          );
        })}
      </div>
    </section>
  );
}
