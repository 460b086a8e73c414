/** Round numbers to mark an axis at. */

/** A step of 1, 2, 2.5 or 5 times a power of ten that divides a span into at most `count` parts. */
export function niceStep(span: number, count: number): number {
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

/** Which epochs of a phase are named on the axis: the first, then round ones far enough apart. */
export function epochTicks(epochs: number, allEpochs: number, most: number): readonly number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((each) => allEpochs / each <= most) ?? 5000;
  const round: number[] = [];
  for (let epoch = step === 1 ? 2 : step; epoch <= epochs; epoch += step) round.push(epoch);
  return [1, ...round];
}
