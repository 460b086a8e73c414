/** Owns writing text into HTML and XML. */

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as it stands in markup, also inside quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/gu, (sign) => ESCAPED[sign] ?? sign);
}
