/** Owns tables of separated values, as spreadsheets and pandas write and read them. */

/** One line with its end; cells that hold commas, quotes or line ends are quoted. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(quoted).join(',')}\n`;
}

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The rows of a table, the first one being its head: fields between commas, semicolons or tabs, some in quotes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function readCsv(text: string): string[][] {
  const plain = text.replace(/^\uFEFF/u, '');
  const separator = separatorOf(plain.slice(0, plain.search(/[\r\n]|$/u)));
  const rows: string[][] = [];
  let [row, field, isQuoted]: [string[], string, boolean] = [[], '', false];
  const endField = (): void => {
    row.push(field);
    field = '';
  };
  for (let at = 0; at < plain.length; at += 1) {
    const sign = plain[at]!;
    if (isQuoted) {
      if (sign !== '"') field += sign;
      else if (plain[at + 1] === '"') [field, at] = [`${field}"`, at + 1];
      else isQuoted = false;
    } else if (sign === '"' && field.trim() === '') [isQuoted, field] = [true, ''];
    else if (sign === separator) endField();
    else if (sign === '\n' || sign === '\r') {
      endField();
      if (row.some((each) => each.trim() !== '')) rows.push(row);
      row = [];
    } else field += sign;
  }
  endField();
  if (row.some((each) => each.trim() !== '')) rows.push(row);
  return rows.map((fields) => fields.map((each) => each.trim()));
}

/** The sign that splits the head into most columns. */
function separatorOf(head: string): string {
  const counts = [',', ';', '\t'].map((sign) => [sign, head.split(sign).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
