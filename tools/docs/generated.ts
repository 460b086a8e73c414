/**
 * Owns the generated parts of Markdown files: what stands between two comments that name the part, so that a person and
 * a command can write in one file. What is between them is the command's; `npm run docs` writes it.
 */

/** One generated part. */
export interface Part {
  /** As in its marks, `<!-- docs: NAME -->` and `<!-- /docs -->`. */
  readonly name: string;
  /** The Markdown file that has the marks, from the root. */
  readonly file: string;
  /** Its text, Markdown as the formatter has it, without empty lines around. */
  readonly write: () => string;
}

const END = '<!-- /docs -->';

/**
 * The text of a file with one part written anew.
 *
 * @throws Error where the file has not both marks, in their order
 */
export function withPart(text: string, { name, file, write }: Part): string {
  const mark = `<!-- docs: ${name} -->`;
  const from = text.indexOf(mark);
  const to = text.indexOf(END, from);
  if (from === -1 || to === -1)
    throw new Error(`${file} was expected to have ${mark} and, behind it, ${END}.`);
  return `${text.slice(0, from + mark.length)}\n\n${write()}\n\n${text.slice(to)}`;
}

/** A table in Markdown, its columns aligned as the formatter aligns them. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = headings.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], filling = ' '): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, filling)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line([], '-'), ...body.map((row) => line(row))].join('\n');
}
