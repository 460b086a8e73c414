/** Owns writing safetensors: the header with every tensor's place, then the tensors, each read when its turn comes. */
import type { Chunk, ExportedFile } from '../exporter.ts';
import { sizeOf, type Weight } from '../network/weight.ts';

/** A tensor under the name that somebody's library gives it. */
export interface NamedTensor {
  readonly name: string;
  /** A counter is a whole number, 0, that PyTorch keeps and nothing reads. */
  readonly value: Weight | 'counter';
}

const bytesOf = ({ value }: NamedTensor): number => (value === 'counter' ? 8 : 4 * sizeOf(value));

/**
 * @param metadata all text, as the format has it
 * @see https://huggingface.co/docs/safetensors
 */
export function safetensorsFile(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): ExportedFile {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const tensor of tensors) {
    const { name, value } = tensor;
    const end = at + bytesOf(tensor);
    const [dtype, shape] = value === 'counter' ? ['I64', []] : ['F32', value.shape];
    header[name] = { dtype, shape, data_offsets: [at, end] };
    at = end;
  }
  return {
    path,
    async *chunks() {
      yield headerChunk(header);
      for (const { value } of tensors) {
        if (value === 'counter') yield new Uint8Array(8);
        else {
          const { buffer, byteOffset, byteLength } = await value.read();
          yield new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
        }
      }
    },
  };
}

/** Its length and its text, filled with spaces so that numbers begin at a multiple of eight. */
function headerChunk(header: object): Chunk {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const chunk = new Uint8Array(8 + length).fill(0x20);
  new DataView(chunk.buffer).setBigUint64(0, BigInt(length), true);
  chunk.set(text, 8);
  return chunk;
}
