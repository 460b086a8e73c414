/** What cleaning found, kind by kind, each with its pictures: rows left out, copies, classes with few pictures; and what to do about it. */
import type { ReactElement } from 'react';
import { countOf, formatCount } from '../../../lib/format.ts';
import { countedText, LEFT_OUT_KINDS, leftOutTexts } from '../../../protocol/set/cleaning-words.ts';
import type { Counted, DatasetSummary, Findings, LeftOutRow } from '../../../protocol/set/dataset.ts';
import type { OptionValue, Recipe } from '../../../protocol/recipe/recipe.ts';
import { countByClass, placeOf, rowsOf } from '../../../store/set/set-rows.ts';
import { isActive } from '../../../store/state.ts';
import type { Thumbnails } from '../../../store/set/pictures.ts';
import { useStudio, useStudioState } from '../../studio-context.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { OptionField } from '../../widgets/OptionField.tsx';
import { ThumbStrip } from '../pictures.tsx';

/** What the report and each of its parts are given. */
export interface ReportProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  /** Opens a picture; the list that it is among comes along. */
  readonly onOpen: (row: number, rows: readonly number[]) => void;
}

interface FindingsProps extends ReportProps {
  readonly findings: Findings;
}

/** As many rows of a kind are listed. */
const ROWS_SHOWN = 100;

export function LeftOut({ dataset, thumbnails, findings, onOpen }: FindingsProps): ReactElement {
  const { cleaning } = dataset;
  const lastOfPictures = LEFT_OUT_KINDS.findLast(
    ({ why }) => cleaning[why] > 0 && (why === 'withoutPicture' || why === 'undecodable'),
  )?.why;
  const asideOf = (kind: LeftOutRow['why']): number[] =>
    findings.aside.flatMap(({ why }, index) => (why === kind ? [dataset.labelOfRow.length + index] : []));
  return (
    <section>
      <h3>Left out in cleaning</h3>
      {leftOutTexts({ cleaning }).length === 0 && (
        <p className="small">Nothing: every row has a label and a picture that can be read.</p>
      )}
      {cleaning.passedOver.length > 0 && (
        <div className="browse-left-out">
          <h4>Passed over, since they are no pictures to learn from</h4>
          <CountedList of={cleaning.passedOver} />
        </div>
      )}
      {LEFT_OUT_KINDS.map(({ why, words }) => {
        if (cleaning[why] === 0) return null;
        const rows = findings.leftOut.filter((row) => row.why === why);
        const aside = asideOf(why);
        return (
          <div key={why} className="browse-left-out">
            <h4>
              {countOf(cleaning[why], 'row')} {words}
            </h4>
            {aside.length > 0 && (
              <ThumbStrip {...{ dataset, thumbnails }} rows={aside} onOpen={(row) => onOpen(row, aside)} />
            )}
            {why === lastOfPictures && <CountedList of={cleaning.inPlace} />}
            <RowList rows={rows} count={cleaning[why]} />
          </div>
        );
      })}
    </section>
  );
}

/** Kind by kind, each with what can be done about it. */
function CountedList({ of }: { readonly of: readonly Counted[] }): ReactElement | null {
  if (of.length === 0) return null;
  return (
    <ul className="browse-counted small">
      {of.map((counted) => (
        <li key={counted.noun}>
          {countedText(counted)}. {counted.hint}
        </li>
      ))}
    </ul>
  );
}

/** What else must be known of the set; nothing where there is nothing. */
export function Remarks({ dataset }: Pick<ReportProps, 'dataset'>): ReactElement | null {
  const { remarks } = dataset.cleaning;
  if (remarks.length === 0) return null;
  return (
    <section>
      <h3>Read in this way</h3>
      <ul className="browse-counted">
        {remarks.map(({ message, hint }) => (
          <li key={message}>
            {message} <span className="small">{hint}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RowList({
  rows,
  count,
}: {
  readonly rows: readonly LeftOutRow[];
  readonly count: number;
}): ReactElement {
  const shown = rows.slice(0, ROWS_SHOWN);
  return (
    <details className="note">
      <summary>Which rows</summary>
      <ul className="browse-rows">
        {shown.map(({ sourceRow, path, detail }) => (
          <li key={sourceRow}>
            <b>Row {formatCount(sourceRow)}</b> {path !== '' && <code>{path}</code>} {detail}
          </li>
        ))}
        {count > shown.length && <li>and {formatCount(count - shown.length)} more</li>}
      </ul>
    </details>
  );
}

interface CopiesProps extends ReportProps {
  readonly sets: readonly (readonly number[])[];
  /** Said when there are none. */
  readonly none: string;
  /** How many pictures the recipe had dropped for this. */
  readonly dropped: number;
}

/** As many sets are drawn. */
const SETS_SHOWN = 40;

export function Copies({ dataset, thumbnails, sets, none, dropped, onOpen }: CopiesProps): ReactElement {
  if (sets.length === 0) return <p className="small">{none}</p>;
  const across = sets.filter((set) => isAcross(dataset, set));
  const ordered = [...across, ...sets.filter((set) => !across.includes(set))];
  const pictures = sets.reduce((sum, set) => sum + set.length, 0);
  return (
    <>
      <p className="small">
        {formatCount(pictures)} pictures in {countOf(sets.length, 'set')}
        {dropped > 0 && `; ${formatCount(dropped)} left out`}.
      </p>
      {across.length > 0 && (
        <p className="small bad browse-warning">
          <Icon name="warn" />
          <span>
            {across.length === 1 ? 'One set has' : `${formatCount(across.length)} sets have`} pictures in more
            than one part: the network is checked or tested on what it has learned by heart.
          </span>
        </p>
      )}
      <ul className="browse-sets" tabIndex={0} aria-label="Sets of copies">
        {ordered.slice(0, SETS_SHOWN).map((set) => (
          <li key={set[0]} className={isAcross(dataset, set) ? 'across' : undefined}>
            <ThumbStrip {...{ dataset, thumbnails }} rows={set} onOpen={(row) => onOpen(row, set)} />
          </li>
        ))}
        {sets.length > SETS_SHOWN && (
          <li className="small">and {countOf(sets.length - SETS_SHOWN, 'more set')}</li>
        )}
      </ul>
    </>
  );
}

function isAcross(dataset: DatasetSummary, set: readonly number[]): boolean {
  return new Set(set.flatMap((row) => placeOf(dataset, row).part ?? [])).size > 1;
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
const CLASSES_SHOWN = 40;

export function SmallClasses(props: FindingsProps): ReactElement {
  const { recipe, dataset, thumbnails, findings, onOpen } = props;
  const small = [...leftOutClasses(dataset, findings), ...fewInSet(dataset)];
  return (
    <section>
      <h3>Classes with few pictures</h3>
      {small.length === 0 && <p className="small">None: every class has at least {FEW} pictures.</p>}
      {small.length > 0 && (
        <ul className="browse-sets" tabIndex={0} aria-label="Classes with few pictures">
          {small.slice(0, CLASSES_SHOWN).map(({ label, rows }) => (
            <li key={label}>
              <h4>
                {label}, {countOf(rows.length, 'picture')}
              </h4>
              <ThumbStrip {...{ dataset, thumbnails }} rows={rows} onOpen={(row) => onOpen(row, rows)} />
            </li>
          ))}
          {small.length > CLASSES_SHOWN && (
            <li className="small">
              and {countOf(small.length - CLASSES_SHOWN, 'more class', 'more classes')}
            </li>
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
  const counts = countByClass(dataset).map(({ train, validation, test }) => train + validation + test);
  const few = Math.max(FEW, Math.max(...counts) * FEW_OF_LARGEST);
  return dataset.labels.flatMap((label, index) =>
    (counts[index] ?? 0) < few ? [{ label, rows: rowsOf(dataset, { label: index, part: null }) }] : [],
  );
}

interface ChoiceProps {
  readonly recipe: Recipe;
  /** Of the option in `recipe.dataset`. */
  readonly name: string;
}

export function Choice({ recipe, name }: ChoiceProps): ReactElement | null {
  const studio = useStudio();
  const isFixed = useStudioState((state) => isActive(state.run) || state.dataset.status === 'loading');
  const spec = useStudioState((state) =>
    state.catalog?.sources
      .find((source) => source.name === recipe.dataset.source)
      ?.options.find((option) => option.name === name),
  );
  if (spec === undefined) return null;
  const choose = (value: OptionValue): string | null =>
    studio.edit((before) => ({ ...before, dataset: { ...before.dataset, [name]: value } }))?.message ?? null;
  return <OptionField spec={spec} value={recipe.dataset[name]} isReadOnly={isFixed} onChange={choose} />;
}
