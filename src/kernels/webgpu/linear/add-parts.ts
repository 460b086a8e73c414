/**
 * Adds up sums that were computed in parts, in the parts' order, and does what a layer does with its sums: bias and ReLU, or the
 * gradient through the ReLU before it. It reads each part once, four values a thread, so memory bounds it: four parts of 1568 by
 * 160 are 4 MB, against the 5 MB that the product itself reads. `npm run bench -- --only gpu-kernels` has it in the GFLOP/s of
 * ways in parts.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { isHalved } from '../../halved.ts';
import { dispatch, type Binding, type Gpu } from '../gpu.ts';
import { elementOf, FLAT_MAIN, flatGroups, reader, storedAs, times, writer } from '../wgsl.ts';

/** What becomes of a sum of four columns. */
export interface PartsEnd {
  /** `[parts, rows, width]`. */
  readonly parts: TensorInfo;
  readonly out: TensorInfo;
  /** What is read besides, by name. */
  readonly inputs: Readonly<Record<string, TensorInfo | null>>;
  /** WGSL functions. */
  readonly extra: string;
  /** The result of the vector `sum` at `row` and `at`. */
  readonly value: string;
}

/** Frees the parts. */
export function addParts(gpu: Gpu, { parts, out, inputs, extra, value }: PartsEnd): TensorInfo {
  const [count = 1, rows = 1, width = 1] = parts.shape;
  const type = elementOf(width);
  const given = Object.entries(inputs).flatMap(([name, tensor]): Binding[] =>
    tensor === null ? [] : [{ name, type: storedAs(tensor, width), tensor }],
  );
  const threads = rows * Math.ceil(width / 4);
  dispatch(gpu, {
    label: 'parts of sums',
    code: `${reader('parts', width)}
${given.map(({ name, tensor }) => reader(name, width, isHalved(tensor))).join('\n')}
${writer('out_', width, isHalved(out))}
${extra}
${FLAT_MAIN}
  if (index >= uniforms.rows * ${Math.ceil(width / 4)}u) { return; }
  let row = index / ${Math.ceil(width / 4)}u;
  let at = index % ${Math.ceil(width / 4)}u * 4u;
  var sum = read_parts(row, at);
  ${times(count - 1, (part) => `sum += read_parts(row + ${part + 1}u * uniforms.rows, at);`)}
  write_out_(row, at, ${value});
}`,
    bindings: [
      { name: 'parts', type, tensor: parts },
      ...given,
      { name: 'out_', type: storedAs(out, width), tensor: out, isWritten: true },
    ],
    uniforms: [{ name: 'rows', type: 'u32', value: rows }],
    groups: flatGroups(threads),
  });
  gpu.disposeData(parts.dataId);
  return out;
}
