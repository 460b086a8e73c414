/** Pieces of WGSL that several programs share. Channels are always taken four at a time. */
import type { TensorInfo } from '@tensorflow/tfjs';
import { isHalved } from '../halved.ts';

/** Threads of a flat program's workgroup. */
export const FLAT = 64;

/** Workgroups for `threads` threads in x, spilled over y where x has too many. */
export function flatGroups(threads: number, threadsAGroup = FLAT): [number, number, number] {
  const groups = Math.ceil(threads / threadsAGroup);
  const x = Math.min(groups, 65_535);
  return [x, Math.ceil(groups / x), 1];
}

/** Starts a flat program: `index` is the thread's number; the caller leaves where it is too large. */
export const FLAT_MAIN = `@compute @workgroup_size(${FLAT})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * ${FLAT}u;`;

/** Element type of a tensor whose rows have `width` values: four at a time where that comes out even. */
export const elementOf = (width: number): 'vec4f' | 'f32' => (width % 4 === 0 ? 'vec4f' : 'f32');

/** The same of activations, which may be stored as halves: four in two words. */
export const storedAs = (activations: TensorInfo, width: number): 'vec2u' | 'vec4f' | 'f32' =>
  isHalved(activations) ? 'vec2u' : elementOf(width);

/** WGSL for four values of what is stored at a place, as halves or not. */
export const loaded = (isOfHalves: boolean, place: string): string =>
  isOfHalves ? `vec4f(unpack2x16float(${place}.x), unpack2x16float(${place}.y))` : place;

/** WGSL for what is stored of four values. */
export const stored = (asHalves: boolean, value: string): string => (asHalves ? `halves(${value})` : value);

/** What {@link stored} calls: WGSL leaves open what becomes of values that are too large for a half. */
export const HALVES = `fn halves(value: vec4f) -> vec2u {
  let within = clamp(value, vec4f(-65504.0), vec4f(65504.0));
  return vec2u(pack2x16float(within.xy), pack2x16float(within.zw));
}`;

/**
 * Functions `read_<name>(row, at)` for four values of a row from column `at` on; those behind the row's end are 0.
 *
 * @param isOfHalves whether they are stored as such; the width is then a multiple of four
 */
export function reader(name: string, width: number, isOfHalves = false): string {
  const w = `${width.toString()}u`;
  if (isOfHalves) {
    return `fn read_${name}(row: u32, at: u32) -> vec4f { let pairs = ${name}[(row * ${w} + at) >> 2u]; return ${loaded(true, 'pairs')}; }`;
  }
  if (width % 4 === 0) {
    return `fn read_${name}(row: u32, at: u32) -> vec4f { return ${name}[(row * ${w} + at) >> 2u]; }`;
  }
  const parts = [0, 1, 2, 3].map(
    (j) => `select(0.0, ${name}[row * ${w} + at + ${j.toString()}u], at + ${j.toString()}u < ${w})`,
  );
  return `fn read_${name}(row: u32, at: u32) -> vec4f { return vec4f(${parts.join(', ')}); }`;
}

/** The function `write_<name>(row, at, value)`, which leaves out what is behind the row's end. */
export function writer(name: string, width: number, asHalves = false): string {
  const w = `${width.toString()}u`;
  const head = `fn write_${name}(row: u32, at: u32, value: vec4f)`;
  if (asHalves) {
    return `${HALVES}
${head} { ${name}[(row * ${w} + at) >> 2u] = halves(value); }`;
  }
  if (width % 4 === 0) return `${head} { ${name}[(row * ${w} + at) >> 2u] = value; }`;
  const parts = [0, 1, 2, 3].map(
    (j) =>
      `if (at + ${j.toString()}u < ${w}) { ${name}[row * ${w} + at + ${j.toString()}u] = value[${j.toString()}]; }`,
  );
  return `${head} { ${parts.join(' ')} }`;
}

/** What follows a linear layer; `linear` for nothing. */
export type Relu = 'linear' | 'relu' | 'relu6';

/** `fn activate(x)`. */
export function activation(name: Relu): string {
  const value = {
    linear: 'x',
    relu: 'max(x, vec4f(0.0))',
    relu6: 'clamp(x, vec4f(0.0), vec4f(6.0))',
  }[name];
  return `fn activate(x: vec4f) -> vec4f { return ${value}; }`;
}

/** `fn pass_through(dx, y)`: the gradient through an activation from its output. */
export function activationGrad(name: Relu): string {
  const value = {
    linear: 'dx',
    relu: 'select(vec4f(0.0), dx, y > vec4f(0.0))',
    relu6: 'select(vec4f(0.0), dx, (y > vec4f(0.0)) & (y < vec4f(6.0)))',
  }[name];
  return `fn pass_through(dx: vec4f, y: vec4f) -> vec4f { return ${value}; }`;
}

/** Repeats a line for 0 up to `count`. */
export function times(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}
