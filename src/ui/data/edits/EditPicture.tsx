/** What one picture is, to be changed: another class, left out, or back again. */
import type { ReactElement } from 'react';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import { placeOf } from '../../../store/set/set-rows.ts';
import { useStudio } from '../../studio-context.ts';
import { useCanEdit } from './use-can-edit.ts';

interface EditPictureProps {
  /** As it is edited now. */
  readonly dataset: DatasetSummary;
  readonly row: number;
  /** What a screen reader calls the picture. */
  readonly name: string;
}

/** No class begins so. */
const OUT = ' out';

/** Nothing for a picture that is not part of the set. */
export function EditPicture({ dataset, row, name }: EditPictureProps): ReactElement | null {
  const studio = useStudio();
  const canEdit = useCanEdit();
  const { label, aside } = placeOf(dataset, row);
  if (row >= dataset.labelOfRow.length) return null;
  const isOut = aside === 'byHand';
  const choose = (value: string): void => {
    const rows = [row];
    if (value === OUT) void studio.edits.change({ do: 'leaveOut', rows });
    else {
      if (isOut) void studio.edits.change({ do: 'bringBack', rows });
      if (value !== label) void studio.edits.change({ do: 'relabel', rows, to: value });
    }
  };
  // One that was left out with its class has a class that the set has no more.
  const labels = dataset.labels.includes(label) ? dataset.labels : [...dataset.labels, label];
  return (
    <select
      className="edit-picture"
      aria-label={`What ${name} is`}
      value={isOut ? OUT : label}
      disabled={!canEdit}
      onChange={({ target }) => choose(target.value)}
    >
      {labels.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
      <option value={OUT}>left out</option>
    </select>
  );
}
