/** Owns what number was typed into a field. */

/**
 * The number, or NaN for anything else. A comma is a decimal point where people write it so, and where it can be
 * nothing else: `0,001`.
 *
 * @param decimal the sign between units and tenths; where it is left out, that of the user's own language
 */
export function typedNumber(typed: string, decimal = ownDecimal()): number {
  const text = typed.trim();
  if (text === '') return Number.NaN;
  const isDecimal = decimal === ',' ? /^[-+]?\d*,\d+(e[-+]?\d+)?$/iu : /^[-+]?0?,\d+(e[-+]?\d+)?$/iu;
  return Number(isDecimal.test(text) ? text.replace(',', '.') : text);
}

function ownDecimal(): string {
  return new Intl.NumberFormat().formatToParts(0.1).find(({ type }) => type === 'decimal')?.value ?? '.';
}
