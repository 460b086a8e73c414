/** Numbers by rule, the same as in `rule.py`: weights and pictures without large files. */

function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** uint32, murmur3's finaliser over a counter that starts at the name's hash. */
function mixed(name: string, count: number): Uint32Array {
  const start = fnv1a(name);
  return Uint32Array.from({ length: count }, (_, i) => {
    let x = (start + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return x ^ (x >>> 16);
  });
}

/** A variable's values by its name `<layer>/<weight>`; see `rule.py` for the reasons. */
export function ruleWeights(name: string, shape: readonly number[]): Float32Array {
  const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);
  const bits = mixed(name, product(shape));
  const [scale, offset] = range(name.slice(name.lastIndexOf('/') + 1), shape, product);
  return Float32Array.from(bits, (x) => offset + scale * (x / 2 ** 31 - 1));
}

function range(
  kind: string,
  shape: readonly number[],
  product: (sides: readonly number[]) => number,
): readonly [scale: number, offset: number] {
  switch (kind) {
    case 'depthwise_kernel':
      return [Math.sqrt(6 / product(shape.slice(0, 2))), 0];
    case 'kernel':
      return [Math.sqrt(6 / product(shape.slice(0, -1))), 0];
    case 'gamma':
      return [0.2, 1];
    case 'moving_variance':
      return [0.5, 1];
    default:
      return [0.1, 0];
  }
}

/** uint8 `[batch, size, size, 3]`. */
export function rulePictures(batch: number, size: number): Uint8Array {
  return Uint8Array.from(mixed(`pictures/${size}`, batch * size * size * 3), (x) => x >>> 24);
}

/** The same for PyTorch's names and layouts. */
export function ruleTorchWeights(name: string, shape: readonly number[]): Float32Array {
  const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);
  const [scale, offset] = torchRange(name, shape, product);
  return Float32Array.from(mixed(name, product(shape)), (x) => offset + scale * (x / 2 ** 31 - 1));
}

function torchRange(
  name: string,
  shape: readonly number[],
  product: (sides: readonly number[]) => number,
): readonly [scale: number, offset: number] {
  if (shape.length > 1) return [Math.sqrt(6 / product(shape.slice(1))), 0];
  if (name.endsWith('running_var')) return [0.5, 1];
  return name.endsWith('.weight') ? [0.2, 1] : [0.1, 0];
}
