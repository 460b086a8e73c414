/** Whatever is dropped on the page, wherever: it is recognised and asked about, and the browser never opens it in the page's place. */
import { useEffect, useState, type ReactElement } from 'react';
import { asStudioError } from '../../protocol/errors.ts';
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
      const files = await droppedFiles(transfer);
      if (files.length === 0) return;
      try {
        setDropped({ files, offers: await studio.sources.recognise(files), error: null });
      } catch (error) {
        setDropped({ files, offers: [], error: asStudioError(error).toWire() });
      }
    };
    const onDrop = (event: DragEvent): void => {
      // A field for files takes them by itself.
      if (isFileField(event.target)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) void take(event.dataTransfer);
    };
    const onDragOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') === true && !isFileField(event.target))
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

function isFileField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === 'file';
}
