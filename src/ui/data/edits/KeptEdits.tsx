/** What the Data column says of edits: those in use, those kept of the set, those that a recipe names and that are not here. */
import type { ReactElement } from 'react';
import { countOf } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import { useStudio } from '../../studio-context.ts';
import { FileField } from '../../widgets/fields.tsx';
import { editsText } from '../../../protocol/set/cleaning-words.ts';
import { useCanEdit } from './use-can-edit.ts';

interface SetEditsProps {
  readonly dataset: DatasetSummary;
  readonly onOpen: () => void;
}

export function SetEdits({ dataset, onOpen }: SetEditsProps): ReactElement {
  const studio = useStudio();
  const canEdit = useCanEdit();
  const { edits, keptEdits } = dataset;
  return (
    <p className="small">
      {edits === undefined ? '' : `${editsText(edits)} `}
      {keptEdits !== undefined && (
        <>
          {countOf(keptEdits.count, 'edit of this set is', 'edits of this set are')} kept here.{' '}
          <button
            type="button"
            className="link"
            disabled={!canEdit}
            onClick={() => void studio.edits.use(keptEdits)}
          >
            Use them
          </button>{' '}
        </>
      )}
      <button type="button" className="link" onClick={onOpen}>
        Edit<span className="visually-hidden"> the set</span>
      </button>
    </p>
  );
}

/** The two ways on where a recipe's edits are not here. */
export function MissingEdits(): ReactElement {
  const studio = useStudio();
  return (
    <>
      <FileField
        label="Open the edits"
        help="The .json file that they were saved as."
        accept=".json,application/json"
        onPick={(_files, file) => void studio.edits.bring(file)}
      />
      <button type="button" onClick={() => void studio.edits.use(null)}>
        Go on without them
      </button>
    </>
  );
}
