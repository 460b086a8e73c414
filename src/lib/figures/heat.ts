/** Coarse maps drawn over pictures. */

/** What a heat map is painted with where it is 1: the blue of what learns, as RGB. */
export const HEAT_COLOUR = [36, 92, 214] as const;

/**
 * A map of a few cells at a picture's size, between the cells' middles in straight lines.
 *
 * @param values `[height, width]`
 * @returns `[size, size]`
 */
export function enlarged(
  values: ArrayLike<number>,
  { width, height }: { readonly width: number; readonly height: number },
  size: number,
): Float32Array {
  const out = new Float32Array(size * size);
  const [across, down] = [placesOf(width, size), placesOf(height, size)];
  for (let row = 0; row < size; row++) {
    const y = down[row]!;
    for (let column = 0; column < size; column++) {
      const x = across[column]!;
      const at = (line: number): number =>
        (values[line * width + x.first] ?? 0) * (1 - x.share) +
        (values[line * width + x.second] ?? 0) * x.share;
      out[row * size + column] = at(y.first) * (1 - y.share) + at(y.second) * y.share;
    }
  }
  return out;
}

interface Place {
  readonly first: number;
  readonly second: number;
  /** Of the second. */
  readonly share: number;
}

function placesOf(cells: number, size: number): Place[] {
  return Array.from({ length: size }, (_, at) => {
    const place = Math.min(cells - 1, Math.max(0, ((at + 0.5) * cells) / size - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(cells - 1, first + 1), share: place - first };
  });
}
