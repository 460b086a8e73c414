/** Which class a file that was picked or taken goes to. */

/**
 * The folder that it lies in, as the set calls it where it differs in capitals alone; null for a file in no folder.
 *
 * @param file one of a folder has its path, from the folder's own name on, as its name
 */
export function classOfFile({ name: path }: Pick<File, 'name'>, labels: readonly string[]): string | null {
  const folder = path.split('/').at(-2);
  if (folder === undefined) return null;
  const name = folder.trim();
  return labels.find((each) => each.toLowerCase() === name.toLowerCase()) ?? name;
}
