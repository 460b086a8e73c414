/** Classes with few pictures, those that were left out first. */
import type { ReactElement } from 'react';
import { countOf } from '../../../lib/format.ts';
import type { DatasetSummary, Findings } from '../../../protocol/dataset.ts';
import { Choice } from './Choice.tsx';
import type { ReportProps } from './report-props.ts';
import { rowsOf } from '../../../store/set-rows.ts';
import { ThumbStrip } from './ThumbStrip.tsx';

interface SmallClassesProps extends ReportProps {
  readonly findings: Findings;
}

interface SmallClass {
  readonly label: string;
  readonly rows: readonly number[];
}

/** Fewer than this many pictures are few for any network. */
const FEW = 20;
/** Few beside the largest class: the network learns to forget such a class. */
const FEW_OF_LARGEST = 0.1;
/** As many classes are drawn. */
const SHOWN = 40;

export function SmallClasses(props: SmallClassesProps): ReactElement {
  const { recipe, dataset, thumbnails, findings, onOpen } = props;
  const small = [...leftOutClasses(dataset, findings), ...fewInSet(dataset)];
  return (
    <section>
      <h3>Classes with few pictures</h3>
      {small.length === 0 && <p className="small">None: every class has at least {FEW} pictures.</p>}
      {small.length > 0 && (
        <ul className="browse-sets" tabIndex={0} aria-label="Classes with few pictures">
          {small.slice(0, SHOWN).map(({ label, rows }) => (
            <li key={label}>
              <h4>
                {label}, {countOf(rows.length, 'picture')}
              </h4>
              <ThumbStrip {...{ dataset, thumbnails }} rows={rows} onOpen={(row) => onOpen(row, rows)} />
            </li>
          ))}
          {small.length > SHOWN && (
            <li className="small">and {countOf(small.length - SHOWN, 'more class', 'more classes')}</li>
          )}
        </ul>
      )}
      {(small.length > 0 || (recipe.dataset['leastPictures'] ?? 0) !== 0) && (
        <Choice recipe={recipe} name="leastPictures" />
      )}
    </section>
  );
}

function leftOutClasses(dataset: DatasetSummary, { smallClasses, aside }: Findings): SmallClass[] {
  const first = dataset.labelOfRow.length;
  return smallClasses.map(({ label }) => ({
    label,
    rows: aside.flatMap((row, index) =>
      row.why === 'smallClass' && row.label === label ? [first + index] : [],
    ),
  }));
}

function fewInSet(dataset: DatasetSummary): SmallClass[] {
  const counts = dataset.labels.map(() => 0);
  for (const label of dataset.labelOfRow) counts[label] = (counts[label] ?? 0) + 1;
  const few = Math.max(FEW, Math.max(...counts) * FEW_OF_LARGEST);
  return dataset.labels.flatMap((label, index) =>
    (counts[index] ?? 0) < few ? [{ label, rows: rowsOf(dataset, { label: index, part: null }) }] : [],
  );
}
