/** More pictures for the set that is open: files, folders named like classes, or shots of the camera. */
import { useId, useState, type ReactElement } from 'react';
import { countOf } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import { useStudio } from '../../studio-context.ts';
import { Later } from '../../widgets/Dialog.tsx';
import { FileField } from '../../widgets/fields.tsx';
import { classOfFile } from './class-of-file.ts';
import { useCanEdit } from './use-can-edit.ts';

const loadCapture = async () => (await import('../capture/CaptureDialog.tsx')).CaptureDialog;

export function AddPictures({ dataset }: { readonly dataset: DatasetSummary }): ReactElement {
  const canEdit = useCanEdit();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [isTaking, setIsTaking] = useState(false);
  return (
    <>
      <p className="small">
        They follow the set’s own pictures and go to train, validation and test by the same shares. What the
        set has already is not added twice. They are kept on this machine with the edits.
      </p>
      <div className="fields">
        <FileField
          label="Pictures"
          help="Of one class."
          accept="image/*"
          isMultiple
          isReadOnly={!canEdit}
          onPick={setFiles}
        />
        <FileField
          label="Folder of folders"
          help="One folder for each class, named like it."
          isFolder
          isReadOnly={!canEdit}
          onPick={setFiles}
        />
        <div className="actions edits-actions">
          <button type="button" disabled={!canEdit} onClick={() => setIsTaking(true)}>
            Take pictures
          </button>
        </div>
      </div>
      {files.length > 0 && (
        <AddTo {...{ dataset, files }} onAdd={() => setFiles([])} onLeave={() => setFiles([])} />
      )}
      {isTaking && (
        <Later
          load={loadCapture}
          props={{
            split: null,
            names: dataset.labels,
            onClose: () => setIsTaking(false),
            onTaken: (taken: readonly File[]) => {
              setIsTaking(false);
              setFiles(taken);
            },
          }}
        />
      )}
    </>
  );
}

interface AddToProps {
  readonly dataset: DatasetSummary;
  readonly files: readonly File[];
  readonly onAdd: () => void;
  readonly onLeave: () => void;
}

/** Which classes the files go to: their folders, or the one that is named. */
export function AddTo({ dataset, files, onAdd, onLeave }: AddToProps): ReactElement {
  const studio = useStudio();
  const id = useId();
  const [typed, setTyped] = useState('');
  const classes = files.map((file) => classOfFile(file, dataset.labels));
  const loose = classes.filter((label) => label === null).length;
  const named = [...new Set(classes)].filter((label) => label !== null);
  const to = typed.trim();
  const add = (): void => {
    const pictures = files.map((file, index) => ({ file, to: classes[index] ?? to }));
    void studio.edits.change({ do: 'add', pictures });
    onAdd();
  };
  return (
    <form
      className="stack-s"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <p className="small" role="status">
        {named.length === 0
          ? `${countOf(files.length, 'file')} of one class.`
          : `${countOf(files.length - loose, 'file')} of ${named.join(', ')}${loose === 0 ? '.' : `; ${countOf(loose, 'file')} in no folder.`}`}
      </p>
      {loose > 0 && (
        <div className="field">
          <label htmlFor={id}>Class</label>
          <input
            id={id}
            type="text"
            list={`${id}-classes`}
            autoComplete="off"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
          <datalist id={`${id}-classes`}>
            {dataset.labels.map((label) => (
              <option key={label} value={label} />
            ))}
          </datalist>
          <p>One of the set’s, or a new one.</p>
        </div>
      )}
      <div className="actions edits-actions">
        <button type="submit" className="go" disabled={loose > 0 && to === ''}>
          Add them
        </button>
        <button type="button" onClick={onLeave}>
          Not now
        </button>
      </div>
    </form>
  );
}
