/** Owns calling the kernel that makes the network's input of pictures: assembly/views/views.as.ts has the arrangement. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MienDeviceKernels } from '../signatures.ts';
import { kernelsOf } from './module.ts';
import { partsFor, roomsFor, runTask } from './task.ts';
import { addressOf, Layout, outputOf, withWorkspace } from './workspace.ts';

/** Numbers of the kernels' Views. */
const VIEWS = 10;
/** Of float64. */
const NUMBER_BYTES = 8;
/** A vector's bytes; two pixels are read as half of them, of which some are before the first. */
const [VECTOR, HALF, BEFORE] = [16, 8, 2];
/** No byte. */
const NONE = 0x80;
/** Operations that a pixel takes. */
const OPERATIONS = 60;
/** What a task of lines has no use for. */
const UNUSED = {
  ...{ geometry: 0, other: 0, bias: 0, out: 0, zero: 0 },
  ...{ channels: 0, outChannels: 0, low: -Infinity, high: Infinity },
};

/** @see MienDeviceKernels.MienViews */
export function views(
  wasm: BackendWasm,
  { pictures, transforms, contrast, patches }: MienDeviceKernels['MienViews']['inputs'],
  { count, size, changesContrast, preprocessing }: MienDeviceKernels['MienViews']['attrs'],
): TensorInfo {
  const out = outputOf(wasm, [count, size, size, 3]);
  const lines = count * size;
  const parts = partsFor(wasm, lines * size * OPERATIONS);
  const layout = new Layout();
  const viewsAt = layout.values(VIEWS);
  const orderAt = layout.bytes(VECTOR);
  const scaleAt = layout.bytes(6 * NUMBER_BYTES);
  const offsetAt = layout.bytes(6 * NUMBER_BYTES);
  const sumsAt = layout.bytes(changesContrast ? lines * 3 * NUMBER_BYTES : 0);
  const roomBytes = kernelsOf(wasm).viewsBytes(size);
  const roomAt = layout.bytes(roomsFor(wasm, parts) * roomBytes);
  withWorkspace(wasm, layout, (start) => {
    const { buffer } = wasm.typedArrayFromHeap(out);
    const { order, scale, offset } = preprocessing;
    new Uint8Array(buffer, start + orderAt, VECTOR).set(orderOf(order));
    new Float64Array(buffer, start + scaleAt, 6).set([...scale, ...scale]);
    new Float64Array(buffer, start + offsetAt, 6).set([...offset, ...offset]);
    const given = [pictures, transforms, contrast, patches].map((each) => addressOf(wasm, each));
    const own = [orderAt, scaleAt, offsetAt].map((at) => start + at);
    const numbers = [...given, start + sumsAt, addressOf(wasm, out), ...own, size];
    new Int32Array(buffer, start + viewsAt, VIEWS).set(numbers);
    const task = { ...UNUSED, x: start + viewsAt, pictures: lines, room: start + roomAt, roomBytes, parts };
    runTask(wasm, { ...task, kind: 'views' });
    if (changesContrast) runTask(wasm, { ...task, kind: 'viewsContrast' });
  });
  return out;
}

/** Which of the eight bytes of two pixels the network's channels are; of both halves of a vector. */
function orderOf(order: readonly [number, number, number]): number[] {
  return [0, HALF].flatMap((half) => {
    const channels = [0, 3].flatMap((pixel) => order.map((channel) => half + BEFORE + pixel + channel));
    return [...channels, ...Array.from({ length: HALF - channels.length }, () => NONE)];
  });
}
