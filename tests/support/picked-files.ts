/** Files as a browser's picker hands them over: Node's own have no path. */

/** @param path with the picked folder's own name before it; a name alone for a file that was picked by itself */
export function pickedFile(path: string, bytes: Uint8Array | string, lastModified = 7): File {
  const name = path.replace(/^.*\//u, '');
  const file = new File([bytes as Uint8Array<ArrayBuffer>], name, { lastModified });
  return Object.defineProperty(file, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
}
