/** Files as the page hands over what was picked. */

/** @param path with the picked folder's own name before it; a name alone for a file that was picked by itself */
export const pickedFile = (path: string, bytes: Uint8Array | string, lastModified = 7): File =>
  new File([bytes as Uint8Array<ArrayBuffer>], path, { lastModified });
