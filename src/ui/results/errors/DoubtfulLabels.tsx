/** The labels that a network doubts most, to be looked at and mended: by the set's one list of edits. */
import { useMemo, useState, type ReactElement } from 'react';
import { countOf, formatCount, formatLoss, formatPercent } from '../../../lib/format.ts';
import { doubtfulFirst, doubtfulTable, type Doubtful } from '../../../lib/figures/doubtful.ts';
import type { DatasetSummary, SplitName } from '../../../protocol/set/dataset.ts';
import { asStudioError, type WireError } from '../../../protocol/errors.ts';
import type { Evaluation } from '../../../protocol/events.ts';
import { PARTS, placeOf } from '../../../store/set/set-rows.ts';
import { useStateOf } from '../../../store/use-state-of.ts';
import { EditPicture } from '../../data/edits/EditPicture.tsx';
import { PictureCanvas } from '../../data/pictures.tsx';
import { useStudio, useStudioState } from '../../studio-context.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { Message } from '../../widgets/Message.tsx';
import { saveBlob } from '../../widgets/save-file.ts';
import { Asking } from './Asking.tsx';
import { useAskedRows } from './asked-rows.ts';

/** Pictures at first, and how many more each time that more are asked for. */
const SHOWN = 16;
const MORE = 64;

interface DoubtfulLabelsProps {
  /** As the network was trained and tested on it. */
  readonly dataset: DatasetSummary;
  /** What the network that was kept says of a part, where that is known already. */
  readonly known: Readonly<Partial<Record<SplitName, Evaluation>>>;
  /** Null while the run goes on. */
  readonly runId: string | null;
}

const partWords: Readonly<Record<SplitName, { readonly noun: string; readonly note: string }>> = {
  train: {
    noun: 'training picture',
    note: 'It has learned from these: a label that it still does not believe is worth a look.',
  },
  validation: { noun: 'validation picture', note: 'It has not learned from these.' },
  test: {
    noun: 'test picture',
    note: 'Whoever changes these changes the test itself. Such edits are counted with the set’s others and said beside the next result.',
  },
};

export function DoubtfulLabels({ dataset, known, runId }: DoubtfulLabelsProps): ReactElement {
  const [part, setPart] = useState<SplitName>(known.validation === undefined ? 'train' : 'validation');
  const rows = dataset.split[part];
  const asked = useAskedRows(runId, rows, false);
  const probabilities = known[part]?.probabilities ?? asked.answer?.probabilities ?? null;
  const doubtful = useMemo(() => {
    if (probabilities === null) return null;
    const truths = Array.from(rows, (row) => dataset.labelOfRow[row] ?? 0);
    return doubtfulFirst(rows, probabilities, truths, dataset.labels.length);
  }, [rows, probabilities, dataset]);
  const { noun, note } = partWords[part];
  return (
    <section className="errors-all" aria-labelledby="errors-doubtful">
      <div className="row">
        <h3 id="errors-doubtful">Labels that it doubts</h3>
        <label className="errors-of small">
          Part
          <select value={part} onChange={({ target }) => setPart(partNamed(target.value))}>
            {PARTS.filter((each) => dataset.split[each].length > 0).map((each) => (
              <option key={each} value={each}>
                {each} ({formatCount(dataset.split[each].length)})
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="small">
        Those first whose label the network finds least likely (highest loss). Either the network is wrong or
        the label is: look, and where it is the label, say what the picture is, or leave it out. {note}
      </p>
      {doubtful === null ? (
        <Asking
          {...{ asked, noun }}
          total={rows.length}
          trouble={runId === null ? 'It can be asked when the run has ended.' : ''}
        />
      ) : (
        <DoubtfulList key={part} {...{ dataset, doubtful, part, noun }} />
      )}
    </section>
  );
}

const partNamed = (name: string): SplitName => PARTS.find((part) => part === name) ?? 'train';

interface DoubtfulListProps {
  readonly dataset: DatasetSummary;
  readonly doubtful: readonly Doubtful[];
  readonly part: SplitName;
  readonly noun: string;
}

function DoubtfulList({ dataset, doubtful, part, noun }: DoubtfulListProps): ReactElement {
  const [shown, setShown] = useStateOf(doubtful, SHOWN);
  const others = doubtful.filter(({ truth, predicted }) => truth !== predicted).length;
  const { error, save } = useTable({ dataset, doubtful, part });
  return (
    <>
      <div className="row">
        <p className="small">
          {countOf(doubtful.length, noun)}; for {formatCount(others)} it finds another class likelier than the
          label.
        </p>
        <button type="button" className="link small" onClick={save}>
          <Icon name="download" />
          doubtful.csv
        </button>
      </div>
      {error !== null && <Message error={error} />}
      <div className="errors-row">
        {doubtful.slice(0, shown).map((one) => (
          <DoubtfulFigure key={one.row} {...{ one, dataset }} />
        ))}
      </div>
      {shown < doubtful.length && (
        <button type="button" className="link small" onClick={() => setShown(shown + MORE)}>
          {shown + MORE < doubtful.length
            ? `Show ${formatCount(MORE)} more of ${formatCount(doubtful.length)}`
            : `Show all ${formatCount(doubtful.length)}`}
        </button>
      )}
    </>
  );
}

interface DoubtfulFigureProps {
  readonly one: Doubtful;
  readonly dataset: DatasetSummary;
}

function DoubtfulFigure({ one, dataset }: DoubtfulFigureProps): ReactElement {
  const open = useStudioState((state) => state.dataset.value);
  const { row, truth, predicted, ofTruth, confidence, loss } = one;
  return (
    <figure>
      <PictureCanvas row={row} label="" />
      {open !== null && <EditPicture dataset={open} row={row} name={`picture ${row.toString()}`} />}
      <figcaption title={`loss ${formatLoss(loss)}`}>
        its label <b>{formatPercent(ofTruth, 0)}</b>
        <br />
        {truth === predicted ? (
          'the likeliest'
        ) : (
          <>
            {dataset.labels[predicted]} <b>{formatPercent(confidence, 0)}</b>
          </>
        )}
      </figcaption>
    </figure>
  );
}

/** Saves all of them as a table, with what each was changed to. */
function useTable({ dataset, doubtful, part }: Omit<DoubtfulListProps, 'noun'>): {
  readonly error: WireError | null;
  readonly save: () => void;
} {
  const studio = useStudio();
  const [error, setError] = useState<WireError | null>(null);
  const write = async (): Promise<void> => {
    const known = await studio.pictures.describe(doubtful.map(({ row }) => row));
    const open = studio.store.getState().dataset.value;
    const facts = known.map(({ sourceRow, path }, at) => {
      const { row, truth } = doubtful[at] ?? { row: -1, truth: -1 };
      const changedTo = open === null ? '' : changeOf(open, row, dataset.labels[truth] ?? '');
      return { sourceRow, path, part, changedTo };
    });
    const table = doubtfulTable(doubtful, facts, dataset.labels);
    saveBlob('doubtful.csv', new Blob([table], { type: 'text/csv' }));
  };
  const save = (): void => {
    setError(null);
    write().catch((reason: unknown) => setError(asStudioError(reason).toWire()));
  };
  return { error, save };
}

/** What a picture is in the set that is open; empty where that is its label still. */
function changeOf(open: DatasetSummary, row: number, label: string): string {
  const now = placeOf(open, row);
  if (now.aside !== null) return 'left out';
  return now.label === label ? '' : now.label;
}
