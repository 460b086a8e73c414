/** What the last change of the set did, and its taking back. */
import type { ReactElement } from 'react';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import { useStudio, useStudioState } from '../../studio-context.ts';
import { Message } from '../../widgets/Message.tsx';
import { useCanEdit } from './use-can-edit.ts';

/** Takes the last edit back, and says what the last change did. */
export function LastEdit({ dataset }: { readonly dataset: DatasetSummary }): ReactElement {
  const studio = useStudio();
  const canEdit = useCanEdit();
  const { said, error } = useStudioState((state) => state.edited);
  return (
    <>
      <p className="small edit-said" role="status">
        {said}
      </p>
      {dataset.edits !== undefined && (
        <button type="button" disabled={!canEdit} onClick={() => void studio.edits.change({ do: 'undo' })}>
          Undo<span className="visually-hidden"> the last edit</span>
        </button>
      )}
      {error !== null && <Message error={error} kept="The set is as it was before." />}
    </>
  );
}
