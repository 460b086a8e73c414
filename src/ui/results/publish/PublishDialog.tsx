/** Publishes a network on a Hub: where and as what, then all that would be sent, and only then the sending of it. */
import type { ReactElement } from 'react';
import type { Uploaded } from '../../../protocol/upload.ts';
import { formatBytes } from '../../../lib/format.ts';
import { Dialog } from '../../widgets/Dialog.tsx';
import { Message } from '../../widgets/Message.tsx';
import { PublishForm } from './PublishForm.tsx';
import { Prepared } from './Prepared.tsx';
import { usePublishing } from './use-publishing.ts';

interface PublishDialogProps {
  readonly runId: string;
  readonly onClose: () => void;
}

export function PublishDialog({ runId, onClose }: PublishDialogProps): ReactElement {
  const publishing = usePublishing(runId);
  const { form, prepared, doing, error, uploaded } = publishing;
  const isBusy = doing !== null;
  const bytes = prepared?.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? 0;
  return (
    <Dialog title="Publish on the Hugging Face Hub" onClose={onClose}>
      <p className="small">
        Nothing is sent before you have seen it. The set’s pictures never are: drawn faces and noise stand in
        the proof. Names of classes and the recipe are.
      </p>
      <PublishForm form={form} isReadOnly={isBusy} onChange={publishing.change} />
      {prepared !== null && <Prepared prepared={prepared} />}
      {error !== null && <Message error={error} kept="The trained network and the files are still here." />}
      <p className="small" role="status">
        {doing ?? (uploaded === null ? '' : 'Published.')}
      </p>
      {uploaded !== null && <Published {...uploaded} isPublic={form.isPublic} />}
      <div className="actions">
        {isBusy && (
          <button type="button" onClick={publishing.cancel}>
            Cancel
          </button>
        )}
        {!isBusy && prepared === null && (
          <button
            type="button"
            className="go"
            disabled={form.formats.length === 0}
            onClick={publishing.prepare}
          >
            Show what would be sent
          </button>
        )}
        {!isBusy && prepared !== null && uploaded === null && (
          <button
            type="button"
            className="go"
            disabled={form.repo === '' || form.token === ''}
            onClick={publishing.send}
          >
            Send {prepared.files.length} files, {formatBytes(bytes)}
          </button>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Published({ page, wasThere, isPublic }: Uploaded & { readonly isPublic: boolean }): ReactElement {
  return (
    <p>
      {isPublic ? 'Everybody can see it at ' : 'Only you can see it, at '}
      <a href={page} target="_blank" rel="noreferrer">
        {page}
      </a>
      .{wasThere && ' It was there before: what it held is in its history.'}
    </p>
  );
}
