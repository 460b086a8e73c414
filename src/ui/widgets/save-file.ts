/** Hands a file to the browser's downloads. */
import type { ExportedFile } from '../../protocol/messages.ts';

/** Starts the download; the address is given back a minute later, when even a slow disk has it. */
export function saveFile({ fileName, bytes, mimeType }: ExportedFile): void {
  saveBlob(fileName, new Blob([bytes], { type: mimeType }));
}

/** The same of a file that the browser holds. */
export function saveBlob(fileName: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
