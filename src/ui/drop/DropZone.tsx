/** Whatever is dropped on the page, wherever: it is recognised and asked about, and the browser never opens it in the page's place. */
import { useEffect, useState, type ReactElement } from 'react';
import { asStudioError, StudioError } from '../../protocol/errors.ts';
import { useStudio } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';
import { droppedFiles } from './dropped-files.ts';
import type { Dropped } from './DropDialog.tsx';

const loadDialog = async () => (await import('./DropDialog.tsx')).DropDialog;

export function DropZone(): ReactElement | null {
  const studio = useStudio();
  const [dropped, setDropped] = useState<Dropped | null>(null);
  useEffect(() => {
    const take = async (transfer: DataTransfer): Promise<void> => {
      let files: readonly File[] = [];
      try {
        files = await droppedFiles(transfer);
        if (files.length === 0) throw noFile();
        setDropped({ files, offers: await studio.sources.recognise(files), error: null });
      } catch (error) {
        setDropped({ files, offers: [], error: asStudioError(error).toWire() });
      }
    };
    const onDrop = (event: DragEvent): void => {
      if (!isForThePage(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) void take(event.dataTransfer);
    };
    const onDragOver = (event: DragEvent): void => {
      const types = event.dataTransfer?.types ?? [];
      if ((types.includes('Files') || types.includes('text/uri-list')) && isForThePage(event))
        event.preventDefault();
    };
    addEventListener('dragover', onDragOver);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onDragOver);
      removeEventListener('drop', onDrop);
    };
  }, [studio]);
  if (dropped === null) return null;
  return <Later load={loadDialog} props={{ dropped, onClose: () => setDropped(null) }} />;
}

/** Fields take what is dropped on them by themselves, and some dialogs have taken it by now. */
function isForThePage({ target, defaultPrevented }: DragEvent): boolean {
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  return !defaultPrevented && !isField;
}

/** A link or a picture of another page is an address, from which nothing is fetched. */
function noFile(): StudioError {
  return new StudioError({
    code: 'data/no-file-dropped',
    message: 'A file or folder of this machine was expected; what was dropped is an address or text.',
    hint: 'Save the picture or file on this machine first, then drop it here.',
  });
}
