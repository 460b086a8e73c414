/** How numbers and amounts are written, on the page and in the terminal: plain, short, always the same way. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const numberWords = [
  ...[
    'no',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
  ],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty'],
];

/** A whole number with its thousands apart: `9,400`. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** A small whole number as a word, up to twenty; a larger one in figures. */
export function countInWords(value: number): string {
  return numberWords[value] ?? formatCount(value);
}

/** `1 epoch`, `2 epochs`. */
export function countOf(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** `faces` to `face`; the nouns that sources give are plain plurals. */
export function singularOf(noun: string): string {
  return noun.endsWith('s') ? noun.slice(0, -1) : noun;
}

/** A share from 0 to 1 in per cent: `57.9 %`. */
export function formatPercent(share: number, digits = 1): string {
  // The space does not break: a sign alone on a line is no figure.
  return `${(share * 100).toFixed(digits)}\u00a0%`;
}

/** A loss, to three digits behind the point: `1.215`; one that has exploded by its magnitude: `2.8e+24`. */
export function formatLoss(loss: number): string {
  if (!Number.isFinite(loss)) return String(loss);
  return Math.abs(loss) < 1e5 ? loss.toFixed(3) : loss.toExponential(1);
}

/** A score from 0 to 1 without its leading zero: `.587`, `1.000`. */
export function formatScore(score: number): string {
  return score.toFixed(3).replace(/^0/, '');
}

/** Bytes in decimal units: `318 MB`, `1.4 GB`, `61 kB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power > 0 && value < 99.95 ? 1 : 0)} ${units[power] ?? ''}`;
}

/** A number of parameters or operations: `1.54 M`, `812 k`, `960`. */
export function formatAmount(amount: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  const power = amount < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(amount) / 3));
  const value = amount / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)}${units[power] ?? ''}`;
}

/** A clock for time left: `0:09`, `3:36`, `1:04:00`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A duration in words and figures: `9.2 s`, `48 s`, `4 min 40 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600)
    return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A learning rate or another small number without an exponent: `0.00001`. */
export function formatPlain(value: number): string {
  return value.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 12 });
}

/** The first letter made a capital. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The first letter made small, of a sentence that goes on from another. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const moments = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
});

/** A time: `28 November at 16:11`, with its year where that is not this one. */
export function formatMoment(atMs: number): string {
  const isThisYear = new Date(atMs).getFullYear() === new Date().getFullYear();
  return isThisYear ? moments.format(atMs) : formatDate(atMs);
}

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

/** A time of any year's, for what is read later: `28 November 2026 at 16:11`. */
export function formatDate(atMs: number): string {
  return dates.format(atMs);
}
