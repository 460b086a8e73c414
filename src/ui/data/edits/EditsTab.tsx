/** The classes of the set, to be renamed, merged and left out; and the list of edits: undone, saved, opened, let go. */
import { useState, type ReactElement } from 'react';
import { countOf, formatCount } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import { asStudioError, type WireError } from '../../../protocol/errors.ts';
import { countByClass } from '../../../store/set/set-rows.ts';
import { useStudio } from '../../studio-context.ts';
import { FileField } from '../../widgets/fields.tsx';
import { Message } from '../../widgets/Message.tsx';
import { saveBlob } from '../../widgets/save-file.ts';
import { TextSetting } from '../../widgets/TextSetting.tsx';
import { editsText } from '../../../protocol/set/cleaning-words.ts';
import { AddPictures } from './AddPictures.tsx';
import { useCanEdit } from './use-can-edit.ts';

interface EditsTabProps {
  readonly dataset: DatasetSummary;
}

export function EditsTab({ dataset }: EditsTabProps): ReactElement {
  const studio = useStudio();
  const canEdit = useCanEdit();
  const { edits } = dataset;
  return (
    <div className="browse-report">
      <p>{edits === undefined ? 'This set is as it came: you changed nothing.' : editsText(edits)}</p>
      <section>
        <h3>Classes</h3>
        <p className="small">
          Give a class another name; two with one name become one. Pictures keep their part: train, validation
          or test.
        </p>
        <ClassList dataset={dataset} canEdit={canEdit} />
      </section>
      <section>
        <h3>Single pictures</h3>
        <p className="small">
          Under <b>Pictures</b>: arrow keys go from one to the next, Delete leaves one out or brings it back,
          1 to 9 give it one of the first nine classes, Ctrl Z takes the last edit back. Copies of a file are
          edited together.
        </p>
      </section>
      <section>
        <h3>More pictures</h3>
        <AddPictures dataset={dataset} />
      </section>
      <section>
        <h3>The list of edits</h3>
        {edits !== undefined && <Save dataset={dataset} />}
        <FileField
          label="Open edits"
          help="A file that was saved here or on another machine, in the place of the edits in use."
          accept=".json,application/json"
          isReadOnly={!canEdit}
          onPick={(_files, file) => void studio.edits.bring(file)}
        />
      </section>
    </div>
  );
}

function ClassList({ dataset, canEdit }: EditsTabProps & { readonly canEdit: boolean }): ReactElement {
  const studio = useStudio();
  const counts = countByClass(dataset);
  const out = dataset.edits?.classesLeftOut ?? [];
  const rename = (from: string, typed: string): string | null => {
    const name = typed.trim();
    if (name === '') return 'A class needs a name.';
    // A class is not meant anew that differs in capitals alone.
    const to = dataset.labels.find((label) => label.toLowerCase() === name.toLowerCase()) ?? name;
    if (to !== from) void studio.edits.change({ do: 'rename', class: from, to });
    return null;
  };
  return (
    <ul className="edit-classes">
      {dataset.labels.map((label, index) => {
        const { train, validation, test } = counts[index] ?? { train: 0, validation: 0, test: 0 };
        return (
          <li key={label}>
            <TextSetting
              label={`Name of ${label}`}
              help={countOf(train + validation + test, 'picture')}
              value={label}
              isNumeric={false}
              isReadOnly={!canEdit}
              onCommit={(typed) => rename(label, typed)}
            />
            <button
              type="button"
              disabled={!canEdit}
              onClick={() => void studio.edits.change({ do: 'leaveOutClass', class: label })}
            >
              Leave out<span className="visually-hidden"> {label}</span>
            </button>
          </li>
        );
      })}
      {out.map((label) => (
        <li key={`out ${label}`}>
          <p>
            {label}, left out: {formatCount(countOut(dataset, label))}
          </p>
          <button
            type="button"
            disabled={!canEdit}
            onClick={() => void studio.edits.change({ do: 'bringBackClass', class: label })}
          >
            Bring back<span className="visually-hidden"> {label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function countOut({ edits }: DatasetSummary, label: string): number {
  return edits?.leftOut.filter((row) => row.label === label).length ?? 0;
}

function Save({ dataset: { edits } }: EditsTabProps): ReactElement {
  const studio = useStudio();
  const canEdit = useCanEdit();
  const [error, setError] = useState<WireError | null>(null);
  const save = async (): Promise<void> => {
    if (edits === undefined) return;
    try {
      const { hash, count } = edits;
      const { fileName, blob } = await studio.edits.save({ hash, count });
      saveBlob(fileName, blob);
      setError(null);
    } catch (cause) {
      setError(asStudioError(cause).toWire());
    }
  };
  return (
    <>
      <p className="small">
        They are kept on this machine with the set. The page’s address and a recipe name them and do not hold
        them: to hand them on, save them and give the file along.
      </p>
      <div className="actions edits-actions">
        <button type="button" onClick={() => void save()}>
          Save the edits
        </button>
        <button type="button" disabled={!canEdit} onClick={() => void studio.edits.use(null)}>
          Go on without them
        </button>
      </div>
      {error !== null && <Message error={error} />}
    </>
  );
}
