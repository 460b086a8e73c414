/** Owns weights as ONNX's tensors, stored as exactly as a variant asks, and the ops that make float32 of them again. */
import { toHalves } from '../../lib/bytes/float16.ts';
import type { Chunk } from '../exporter.ts';
import { fitsHalf, isRounded, toBytes, type Precision } from '../network/precision.ts';
import { sizeOf, type Weight } from '../network/weight.ts';
import { joined, message, streamField, type Field, type Stream } from './protobuf.ts';

/** The data types of a `TensorProto`. */
export const TYPES = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
export type TypeName = keyof typeof TYPES;

const BYTES: Readonly<Record<TypeName, number>> = { float32: 4, uint8: 1, int8: 1, int64: 8, float16: 2 };

/** `TensorProto`, its numbers read when they are written. */
export function tensor(
  name: string,
  shape: readonly number[],
  type: TypeName,
  read: () => Promise<ArrayBufferView<ArrayBuffer>>,
): Stream {
  const head = message(...shape.map((side): Field => [1, side]), [2, TYPES[type]], [8, name]);
  const data: Stream = {
    length: sizeOf({ shape }) * BYTES[type],
    async *chunks() {
      const { buffer, byteOffset, byteLength } = await read();
      yield new Uint8Array(buffer, byteOffset, byteLength);
    },
  };
  return joined([head, streamField(9, data)]);
}

/** How a weight is stored, and what is computed from that. */
export interface StoredWeight {
  readonly tensors: readonly Stream[];
  /** The op that makes float32 of it; null where it is that already. */
  readonly op: {
    readonly type: string;
    readonly inputs: readonly string[];
    readonly attributes: readonly Chunk[];
  } | null;
}

/** `AttributeProto` of a whole number. */
export function wholeAttribute(name: string, value: number): Chunk {
  return message([1, name], [3, value], [20, 2]);
}

/**
 * Stores a weight.
 *
 * @param axis its output channels
 * @param name of the float32 value that the network's ops read
 */
export async function storeWeight(
  weight: Weight,
  axis: number,
  name: string,
  precision: Precision,
): Promise<StoredWeight> {
  const asIs = (): StoredWeight => ({
    tensors: [tensor(name, weight.shape, 'float32', async () => floats(await weight.read()))],
    op: null,
  });
  if (!isRounded(weight, precision)) return asIs();
  const stored = `${name}:${precision}`;
  if (precision === 'float16') {
    // Read once to see, and again to write: kernels are not kept.
    if (!fitsHalf(await weight.read())) return asIs();
    return {
      tensors: [tensor(stored, weight.shape, 'float16', async () => toHalves(await weight.read()))],
      op: { type: 'Cast', inputs: [stored], attributes: [wholeAttribute('to', TYPES.float32)] },
    };
  }
  const { scales } = toBytes(await weight.read(), weight.shape, axis);
  const scaleName = `${name}:scale`;
  return {
    tensors: [
      tensor(
        stored,
        weight.shape,
        'int8',
        async () => toBytes(await weight.read(), weight.shape, axis).values,
      ),
      tensor(scaleName, [scales.length], 'float32', () => Promise.resolve(scales)),
    ],
    op: { type: 'DequantizeLinear', inputs: [stored, scaleName], attributes: [wholeAttribute('axis', axis)] },
  };
}

/** tfjs types its arrays by any buffer; none is shared. */
function floats(values: Float32Array): Float32Array<ArrayBuffer> {
  return values as Float32Array<ArrayBuffer>;
}
