/** The head of a wide dialog with tabs: which is open, what the last edit of the set did, and Close. */
import type { ReactElement } from 'react';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import { LastEdit } from '../edits/LastEdit.tsx';
import './browse.css';

interface TabsHeadProps<Name extends string> {
  readonly tabs: readonly { readonly name: Name; readonly label: string }[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
  /** The set that is open; null while there is none. */
  readonly dataset: DatasetSummary | null;
  readonly onClose: () => void;
}

export function TabsHead<Name extends string>(props: TabsHeadProps<Name>): ReactElement {
  const { tabs, chosen, onChoose, dataset, onClose } = props;
  return (
    <div className="browse-head">
      {tabs.map(({ name, label }) => (
        <button
          key={name}
          type="button"
          className="quiet"
          aria-pressed={chosen === name}
          onClick={() => onChoose(name)}
        >
          {label}
        </button>
      ))}
      {dataset !== null && <LastEdit dataset={dataset} />}
      <button type="button" className="browse-close" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
