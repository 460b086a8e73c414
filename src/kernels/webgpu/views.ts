/**
 * Views of pictures and the network's preprocessing on the GPU.
 *
 * Pictures go up as bytes, four to a word, a quarter of what floats take. One program makes the network's input of them: it
 * takes each output pixel through its picture's map to a place in the input, reads the four pixels around it, weighs them by
 * distance (bilinear), changes contrast about the channel's mean, paints a patch, and scales. Beyond the edges pictures are
 * mirrored, edges counted twice (d c b a | a b c d), as TensorFlow does. The mean is of the picture after its map, which
 * nothing has yet: a program before this one, a workgroup a picture, reads through the same map and adds it up, and that is
 * left out where no picture of the batch changes its contrast.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { MienDeviceKernels } from '../signatures.ts';
import { allocate, dispatch, type Binding, type Gpu } from './gpu.ts';
import { FLAT_MAIN, flatGroups } from './wgsl.ts';

const THREADS = 256;

/** @see MienDeviceKernels.MienViews */
export function views(
  gpu: Gpu,
  { pictures, transforms, contrast, patches }: MienDeviceKernels['MienViews']['inputs'],
  { count, size, changesContrast, preprocessing }: MienDeviceKernels['MienViews']['attrs'],
): TensorInfo {
  const out = allocate(gpu, [count, size, size, 3]);
  const from: Binding[] = [
    { name: 'pictures', type: 'u32', tensor: pictures },
    { name: 'transforms', type: 'f32', tensor: transforms },
  ];
  const means = changesContrast ? channelMeans(gpu, from, count, size) : null;
  const pixels = count * size * size;
  dispatch(gpu, {
    label: 'views',
    code: mainCode(size, changesContrast, preprocessing),
    bindings: [
      ...from,
      ...(means === null ? [] : [floats('contrast', contrast), { ...floats('means', means), type: 'vec4f' }]),
      floats('patches', patches),
      { ...floats('result', out), isWritten: true },
    ],
    uniforms: [{ name: 'pixels', type: 'u32', value: pixels }],
    groups: flatGroups(pixels),
  });
  if (means !== null) gpu.disposeData(means.dataId);
  return out;
}

const floats = (name: string, tensor: TensorInfo): Binding => ({ name, type: 'f32', tensor });

/** `[count, 4]`, the last of each unused: a workgroup a picture. */
function channelMeans(gpu: Gpu, from: readonly Binding[], count: number, size: number): TensorInfo {
  const means = allocate(gpu, [count, 4]);
  dispatch(gpu, {
    label: 'views, means',
    code: `${transformed(size)}
var<workgroup> sums: array<vec3f, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  var sum = vec3f(0.0);
  for (var pixel = thread; pixel < SIZE * SIZE; pixel += ${THREADS}u) { sum += transformed(group.x, pixel); }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread > 0u) { return; }
  for (var other = 1u; other < ${THREADS}u; other++) { sum += sums[other]; }
  means[group.x] = vec4f(sum / f32(SIZE * SIZE), 0.0);
}`,
    bindings: [...from, { name: 'means', type: 'vec4f', tensor: means, isWritten: true }],
    groups: [count, 1, 1],
  });
  return means;
}

/** `fn transformed(picture, pixel)`: bilinear, reflected at the edges, 0 to 255. */
function transformed(size: number): string {
  return `const SIZE = ${size}u;
const LAST = ${size - 1}.0;
fn channel(at: u32) -> f32 { return f32((pictures[at >> 2u] >> ((at & 3u) * 8u)) & 0xffu); }
fn colour(picture: u32, x: u32, y: u32) -> vec3f {
  let at = ((picture * SIZE + y) * SIZE + x) * 3u;
  return vec3f(channel(at), channel(at + 1u), channel(at + 2u));
}
fn reflected(coordinate: f32) -> f32 {
  if (coordinate >= 0.0 && coordinate <= LAST) { return coordinate; }
  let period = ${2 * size}.0;
  let shifted = coordinate + 0.5;
  let folded = shifted - floor(shifted / period) * period;
  return clamp(select(folded, period - folded, folded > ${size}.0) - 0.5, 0.0, LAST);
}
fn transformed(picture: u32, pixel: u32) -> vec3f {
  let x = f32(pixel % SIZE);
  let y = f32(pixel / SIZE);
  let t = picture * 8u;
  let k = transforms[t + 6u] * x + transforms[t + 7u] * y + 1.0;
  let inX = reflected((transforms[t] * x + transforms[t + 1u] * y + transforms[t + 2u]) / k);
  let inY = reflected((transforms[t + 3u] * x + transforms[t + 4u] * y + transforms[t + 5u]) / k);
  let left = u32(inX);
  let top = u32(inY);
  let right = min(left + 1u, SIZE - 1u);
  let bottom = min(top + 1u, SIZE - 1u);
  let upper = mix(colour(picture, left, top), colour(picture, right, top), inX - f32(left));
  let lower = mix(colour(picture, left, bottom), colour(picture, right, bottom), inX - f32(left));
  return mix(upper, lower, inY - f32(top));
}`;
}

type Preprocessing = MienDeviceKernels['MienViews']['attrs']['preprocessing'];

function mainCode(size: number, changesContrast: boolean, { order, scale, offset }: Preprocessing): string {
  const vector = (values: readonly number[]): string =>
    `vec3f(${values.map((value) => value.toExponential()).join(', ')})`;
  const swizzle = order.map((channel) => 'xyz'[channel]).join('');
  return `${transformed(size)}
${FLAT_MAIN}
  if (index >= uniforms.pixels) { return; }
  let picture = index / (SIZE * SIZE);
  let pixel = index % (SIZE * SIZE);
  var value = transformed(picture, pixel);
  ${changesContrast ? CONTRAST : ''}
  let x = f32(pixel % SIZE);
  let y = f32(pixel / SIZE);
  let p = picture * 7u;
  if (x >= ceil(patches[p]) && x < patches[p + 2u] && y >= ceil(patches[p + 1u]) && y < patches[p + 3u]) {
    value = vec3f(patches[p + 4u], patches[p + 5u], patches[p + 6u]);
  }
  let scaled = value.${swizzle} * ${vector(scale)} + ${vector(offset)};
  result[index * 3u] = scaled.x;
  result[index * 3u + 1u] = scaled.y;
  result[index * 3u + 2u] = scaled.z;
}`;
}

const CONTRAST = `let factor = contrast[picture];
  if (factor != 1.0) {
    let mean = means[picture].xyz;
    value = clamp((value - mean) * factor + mean, vec3f(0.0), vec3f(255.0));
  }`;
