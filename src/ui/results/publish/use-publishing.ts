/** What is filled in and what has come of it; the token is here alone, and gone with the dialog. */
import { useEffect, useRef, useState } from 'react';
import { formatBytes } from '../../../lib/format.ts';
import { asStudioError, isAbort, type WireError } from '../../../protocol/errors.ts';
import type { RunEvent } from '../../../protocol/events.ts';
import type { PreparedUpload, Uploaded, UploadTarget } from '../../../protocol/upload.ts';
import { useStudio } from '../../studio-context.ts';

export interface PublishFields extends UploadTarget {
  readonly formats: readonly string[];
}

/** Where most people's models are. */
const HUB = 'https://huggingface.co';

interface Publishing {
  readonly form: PublishFields;
  /** What would be sent; null until it is made, and when other formats are chosen. */
  readonly prepared: PreparedUpload | null;
  /** What goes on, in words; null while nothing does. */
  readonly doing: string | null;
  readonly error: WireError | null;
  readonly uploaded: Uploaded | null;
  readonly change: (change: Partial<PublishFields>) => void;
  readonly prepare: () => void;
  readonly send: () => void;
  readonly cancel: () => void;
}

interface Work<Output> {
  readonly result: Promise<Output>;
  control(action: 'cancel'): void;
}

export function usePublishing(runId: string): Publishing {
  const { runs } = useStudio();
  const [form, setForm] = useState<PublishFields>({
    ...{ server: HUB, repo: '', isPublic: false, token: '' },
    formats: ['keras', 'onnx'],
  });
  const [prepared, setPrepared] = useState<PreparedUpload | null>(null);
  const [doing, setDoing] = useState<string | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const [uploaded, setUploaded] = useState<Uploaded | null>(null);
  const work = useRef<Work<unknown> | null>(null);
  useEffect(() => () => work.current?.control('cancel'), []);

  const carryOut = <Output>(label: string, started: Work<Output>, use: (output: Output) => void): void => {
    setError(null);
    setDoing(label);
    work.current = started;
    void started.result
      .then(use, (reason: unknown) => {
        if (!isAbort(reason)) setError(asStudioError(reason).toWire());
      })
      .finally(() => setDoing(null));
  };
  return {
    ...{ form, prepared, doing, error, uploaded },
    change(change) {
      setForm({ ...form, ...change });
      setUploaded(null);
      if (change.formats !== undefined) setPrepared(null);
    },
    prepare: () =>
      carryOut('Writing the files and their proof', runs.prepareUpload(runId, form.formats), setPrepared),
    send() {
      const { formats: _, ...target } = form;
      const heard = (event: RunEvent): void => {
        if (event.kind === 'progress') setDoing(progressText(event));
      };
      carryOut('Asking the Hub', runs.upload(target, heard), setUploaded);
    },
    cancel: () => work.current?.control('cancel'),
  };
}

function progressText({ label, done, total }: Extract<RunEvent, { kind: 'progress' }>): string {
  return total === null ? label : `${label}, ${formatBytes(done)} of ${formatBytes(total)}`;
}
