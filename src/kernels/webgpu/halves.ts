/**
 * Packs values as halves and unpacks them, bit for bit as `lib/bytes/float16.ts` does on the host. On integers throughout:
 * WGSL leaves open how its own packing rounds, and lets a device take small halves for 0.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { packedWords } from '../../lib/bytes/float16.ts';
import type { MienKernels } from '../signatures.ts';
import { allocate, dispatch, type Gpu } from './gpu.ts';
import { FLAT_MAIN, flatGroups } from './wgsl.ts';

const sizeOf = ({ shape }: TensorInfo): number => shape.reduce((product, side) => product * side, 1);

const PACKING = `fn half(x: f32) -> u32 {
  let all = bitcast<u32>(x);
  let sign = (all >> 16u) & 0x8000u;
  let size = all & 0x7fffffffu;
  if (size > 0x7f800000u) { return sign | 0x7e00u; }
  if (size >= 0x477ff000u) { return sign | 0x7c00u; }
  if (size < 0x38800000u) { return sign | (bitcast<u32>(abs(x) + 0.5) - 0x3f000000u); }
  return sign | ((size - 0x38000000u + 0xfffu + ((size >> 13u) & 1u)) >> 13u);
}
fn exponent_for(most: f32) -> u32 {
  let size = bitcast<u32>(most);
  if (size <= 0x477fe000u || size >= 0x7f800000u) { return 0u; }
  return (size >> 23u) - 142u + select(0u, 1u, (size & 0x7fffffu) > 0x7fe000u);
}`;

/** @see MienKernels.MienPackHalves */
export function packHalves(gpu: Gpu, { x, largest }: MienKernels['MienPackHalves']['inputs']): TensorInfo {
  const rows = sizeOf(largest);
  const width = sizeOf(x) / rows;
  const words = packedWords(width);
  const out = allocate(gpu, [rows, words], 'int32');
  dispatch(gpu, {
    label: 'pack halves',
    code: `${PACKING}
${FLAT_MAIN}
  if (index >= ${rows * words}u) { return; }
  let row = index / ${words}u;
  let word = index % ${words}u;
  let exponent = exponent_for(largest[row]);
  if (word == 0u) { packed[index] = i32(exponent); return; }
  let scale = bitcast<f32>((127u - exponent) << 23u);
  let at = 2u * (word - 1u);
  var pair = half(x[row * ${width}u + at] * scale);
  if (at + 1u < ${width}u) { pair |= half(x[row * ${width}u + at + 1u] * scale) << 16u; }
  packed[index] = bitcast<i32>(pair);
}`,
    bindings: [
      { name: 'x', type: 'f32', tensor: x },
      { name: 'largest', type: 'f32', tensor: largest },
      { name: 'packed', type: 'i32', tensor: out, isWritten: true },
    ],
    groups: flatGroups(rows * words),
  });
  return out;
}

const UNPACKING = `fn single(half: u32) -> f32 {
  let exponent = (half >> 10u) & 0x1fu;
  let fraction = half & 0x3ffu;
  var size = bitcast<u32>(f32(fraction) * 0x1p-24);
  if (exponent > 0u) { size = ((exponent + select(112u, 224u, exponent == 31u)) << 23u) | (fraction << 13u); }
  return bitcast<f32>(size | ((half & 0x8000u) << 16u));
}`;

/** @see MienKernels.MienUnpackHalves */
export function unpackHalves(
  gpu: Gpu,
  { packed }: MienKernels['MienUnpackHalves']['inputs'],
  { width }: MienKernels['MienUnpackHalves']['attrs'],
): TensorInfo {
  const words = packedWords(width);
  const rows = sizeOf(packed) / words;
  const out = allocate(gpu, [rows, width]);
  dispatch(gpu, {
    label: 'unpack halves',
    code: `${UNPACKING}
${FLAT_MAIN}
  if (index >= ${rows * width}u) { return; }
  let row = index / ${width}u;
  let at = index % ${width}u;
  let scale = bitcast<f32>(u32(packed[row * ${words}u] + 127) << 23u);
  let pair = bitcast<u32>(packed[row * ${words}u + 1u + at / 2u]);
  values[index] = single((pair >> (16u * (at % 2u))) & 0xffffu) * scale;
}`,
    bindings: [
      { name: 'packed', type: 'i32', tensor: packed },
      { name: 'values', type: 'f32', tensor: out, isWritten: true },
    ],
    groups: flatGroups(rows * width),
  });
  return out;
}
