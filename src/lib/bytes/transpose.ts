/** Owns reordering the axes of an array on the host: weights are reordered once, when they are read or written. */

/**
 * Reorders axes: axis i of the result is axis `axes[i]` of the input.
 *
 * @param shape The input's shape.
 * @see numpy.transpose
 */
export function transpose(
  values: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Float32Array {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  const outShape = axes.map((axis) => shape[axis]!);
  const outStrides = axes.map((axis) => strides[axis]!);
  const out = new Float32Array(values.length);
  const index = new Array<number>(axes.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from]!;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      from += outStrides[axis]!;
      if (index[axis]! < outShape[axis]!) break;
      from -= outStrides[axis]! * outShape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
