/** Hands a file to the browser's downloads. */
import type { ExportedFile } from '../../protocol/messages.ts';

/** Starts the download; the address is given back a minute later, when even a slow disk has it. */
export function saveFile(file: ExportedFile): void {
  const address = URL.createObjectURL(new Blob([file.bytes], { type: file.mimeType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = file.fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
