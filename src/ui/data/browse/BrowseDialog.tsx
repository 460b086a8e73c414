/** Looks inside the open set: all its pictures, one of them large, and what cleaning found. Loaded when it is opened. */
import { useMemo, useState, type ReactElement } from 'react';
import { formatCount } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import type { Recipe } from '../../../protocol/recipe/recipe.ts';
import { countByClass, PARTS, rowsOf, type Filter } from '../../../store/set/set-rows.ts';
import { useStateOf } from '../../../store/use-state-of.ts';
import { Dialog } from '../../widgets/Dialog.tsx';
import { EditsTab } from '../edits/EditsTab.tsx';
import { PicturePage } from './PicturePage.tsx';
import { PictureWall } from './PictureWall.tsx';
import { Report } from './Report.tsx';
import { TabsHead } from './TabsHead.tsx';
import './browse.css';
import { useThumbnails } from './use-thumbnails.ts';

/** What the dialog can begin with. */
export type BrowseTab = 'pictures' | 'edits' | 'report';

interface BrowseDialogProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
  readonly at: BrowseTab;
  readonly onClose: () => void;
}

/** A picture that is open, and the list that it was opened from. */
interface Opened {
  readonly rows: readonly number[];
  readonly place: number;
}

const ALL: Filter = { label: null, part: null };

const listed = [...PARTS, 'leftOut'] as const;

const tabs: readonly { readonly name: BrowseTab; readonly label: string }[] = [
  { name: 'pictures', label: 'Pictures' },
  { name: 'edits', label: 'Edits' },
  { name: 'report', label: 'Report' },
];

export function BrowseDialog({ recipe, dataset, at, onClose }: BrowseDialogProps): ReactElement {
  const [tab, setTab] = useState(at);
  const { picturesKey, labels } = dataset;
  // Edits leave the rows their numbers; classes may get other ones.
  const [filter, setFilter] = useStateOf<Filter>(`${picturesKey} ${labels.join('\n')}`, ALL);
  const [opened, setOpened] = useStateOf<Opened | null>(picturesKey, null);
  const [lastPlace, setLastPlace] = useStateOf<number | null>(picturesKey, null);
  const thumbnails = useThumbnails(dataset);
  const rows = useMemo(() => rowsOf(dataset, filter), [dataset, filter]);

  const close = (): boolean => {
    if (opened === null) return false;
    setLastPlace(tab === 'pictures' ? opened.place : null);
    setOpened(null);
    return true;
  };
  const open = (row: number, among: readonly number[]): void => {
    setOpened({ rows: among, place: Math.max(0, among.indexOf(row)) });
  };
  return (
    <Dialog title="Inside the set" isWide onClose={onClose} onLeave={close}>
      <TabsHead
        {...{ tabs, dataset, onClose }}
        chosen={tab}
        onChoose={(name) => {
          setTab(name);
          setOpened(null);
          setLastPlace(null);
        }}
      />
      {opened !== null && (
        <PicturePage
          {...{ recipe, dataset, thumbnails }}
          rows={opened.rows}
          place={opened.place}
          onPlace={(place) => setOpened({ ...opened, place })}
          onOpen={(row) => open(row, [row])}
          onBack={close}
        />
      )}
      {opened === null && tab === 'edits' && <EditsTab dataset={dataset} />}
      {opened === null && tab === 'report' && <Report {...{ recipe, dataset, thumbnails }} onOpen={open} />}
      {opened === null && tab === 'pictures' && (
        <>
          <Filters
            {...{ dataset, filter }}
            count={rows.length}
            onChange={(next) => {
              setFilter(next);
              setLastPlace(null);
            }}
          />
          <PictureWall
            key={`${String(filter.label)} ${String(filter.part)} ${picturesKey}`}
            {...{ dataset, thumbnails, rows }}
            startAt={lastPlace}
            onOpen={(place) => setOpened({ rows, place })}
          />
        </>
      )}
    </Dialog>
  );
}

interface FiltersProps {
  readonly dataset: DatasetSummary;
  readonly filter: Filter;
  /** How many pictures are listed. */
  readonly count: number;
  readonly onChange: (filter: Filter) => void;
}

function Filters({ dataset, filter, count, onChange }: FiltersProps): ReactElement {
  const counts = countByClass(dataset);
  const out = dataset.edits?.leftOut.length ?? 0;
  const inPart = (index: number): number => {
    const ofClass = counts[index] ?? { train: 0, validation: 0, test: 0 };
    if (filter.part === 'leftOut') return rowsOf(dataset, { label: index, part: 'leftOut' }).length;
    return filter.part === null ? ofClass.train + ofClass.validation + ofClass.test : ofClass[filter.part];
  };
  return (
    <div className="browse-filters">
      <label>
        <span>Class</span>
        <select
          value={filter.label ?? 'all'}
          onChange={({ target: { value } }) =>
            onChange({ ...filter, label: value === 'all' ? null : Number(value) })
          }
        >
          <option value="all">all classes</option>
          {dataset.labels.map((label, index) => (
            <option key={label} value={index}>
              {label} ({formatCount(inPart(index))})
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Part</span>
        <select
          value={filter.part ?? 'all'}
          onChange={({ target: { value } }) =>
            onChange({ ...filter, part: listed.find((part) => part === value) ?? null })
          }
        >
          <option value="all">all parts</option>
          {PARTS.map((part) => (
            <option key={part} value={part}>
              {part} ({formatCount(dataset.split[part].length)})
            </option>
          ))}
          {out > 0 && <option value="leftOut">left out by you ({formatCount(out)})</option>}
        </select>
      </label>
      <p className="small" role="status">
        {formatCount(count)} {count === 1 ? 'picture' : 'pictures'}
      </p>
    </div>
  );
}
