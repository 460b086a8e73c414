/** Tables as comma-separated values, as spreadsheets and pandas read them. */

/** One line with its end; cells that hold commas, quotes or line ends are quoted. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(quoted).join(',')}\n`;
}

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
