/** Where values lie on a scale, and how its marks are written. */
import type { Scale } from '../../charts/ticks.ts';

/** Where a value lies in a domain, 0 to 1, kept inside it. */
export function share(value: number, domain: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - domain[0]) / (domain[1] - domain[0])));
}

/** How many digits tell the marks of a scale apart. */
export function digitsOf({ ticks }: Scale): number {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  return [1, 2].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ?? 3;
}
