/** The scales of plots: round numbers to mark an axis at, and where values lie between them. */

/** A step of 1, 2, 2.5 or 5 times a power of ten that divides a span into at most `count` parts. */
function niceStep(span: number, count: number): number {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10;
  return step * power;
}

/** A domain and its marks. */
export interface Scale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** The round domain about some values, with at most `count` parts. */
export function niceScale(values: readonly number[], count: number): Scale {
  const finite = values.filter((value) => Number.isFinite(value));
  const low = finite.length === 0 ? 0 : Math.min(...finite);
  const high = finite.length === 0 ? 1 : Math.max(...finite);
  const step = niceStep(high === low ? Math.max(Math.abs(high), 1) / 2 : high - low, count);
  const from = Math.floor(low / step + 1e-9) * step;
  const to = Math.max(Math.ceil(high / step - 1e-9) * step, from + step);
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
  return { domain: [from, to], ticks };
}

/** Where a value lies in a domain, 0 to 1, kept inside it. */
export function share(value: number, domain: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - domain[0]) / (domain[1] - domain[0])));
}

/** A mark of a scale with as many digits as tell its marks apart. */
export function markText(mark: number, { ticks }: Scale): string {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const digits = [1, 2].find((each) => Math.abs(step * 10 ** each - Math.round(step * 10 ** each)) < 1e-6);
  return mark.toFixed(digits ?? 3);
}
