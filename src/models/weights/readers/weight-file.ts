/** What a weight file is to the rest of Mien, whatever its format; `registry.ts` lists the readers. */
import { StudioError } from '../../../protocol/errors.ts';
import type { ByteSource, Platform } from '../../../platform/platform.ts';
import type { Flavour, Preprocessing } from '../../backbones/backbone.ts';
import type { Beside } from '../files/beside.ts';
import type { Topology } from '../topology/topology.ts';

/** One tensor of a file, as its header describes it. */
export interface TensorInfo {
  /** Whole path where the format has one: what lies in which model inside which. */
  readonly name: string;
  /** The format's own word, for messages, for example `F16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes in the file; what reading it costs. */
  readonly sizeBytes: number;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes read so far, of all that this read needs. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/** An opened file: its header is read and checked, its tensors are not read yet. */
export interface WeightFile {
  /** The reader's name. */
  readonly format: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Class names that came with the weights, in index order; null where the format has none. */
  readonly labels: readonly string[] | null;
  /** What the file says of the pictures that its network takes; null where the format has no word for it. */
  readonly preprocessing: Preprocessing | null;
  /** What the library that wrote it calls the network; null where nothing says so. */
  readonly architecture: string | null;
  /** Padding and epsilon that the file names, null for Keras' own; left out where it has no word for them. */
  readonly flavour?: Flavour | null;
  /** The layers that the file itself describes; null where it has only numbers. */
  readonly topology: Topology | null;
  /**
   * Whether tensors could be read, without reading their numbers: their kinds of numbers, and that every file which
   * holds some is there, with as many bytes as it should have.
   *
   * @throws StudioError `model/weights-dtype`, `model/weights-missing-shard`, `model/weights-unreadable`, `net/…`
   */
  check(names: readonly string[]): Promise<void>;
  /**
   * Reads tensors as float32, row-major, in the file's own layout.
   *
   * @throws StudioError `model/weights-dtype` for a tensor that is no float, `model/weights-unreadable`, `net/…`
   */
  read(names: readonly string[], options?: ReadOptions): Promise<ReadonlyMap<string, Float32Array>>;
}

/** Where a file's companions are found, and what they say. */
export interface OpenContext {
  readonly signal?: AbortSignal | undefined;
  /** Opens a file that lies beside the one being opened; null where there is no such place. */
  readonly sibling: (name: string) => Promise<ByteSource>;
  /** What files beside it say. */
  readonly beside: Beside;
  /** Where threads are started for formats whose libraries are not trusted with the engine's memory. */
  readonly platform: Pick<Platform, 'startH5Thread'>;
}

/** One format. */
export interface WeightReader {
  readonly name: string;
  readonly label: string;
  /** What such files are usually called, for example `.safetensors`; they are told by their content. */
  readonly extensions: readonly string[];
  /** Whether a file that starts with these (up to 512) bytes is of this format. */
  recognises(head: Uint8Array): boolean;
  /** @throws StudioError `model/weights-unreadable` */
  open(source: ByteSource, context: OpenContext): Promise<WeightFile>;
}

/** Larger files are not read whole: they would not fit beside their own tensors. */
const MAX_WHOLE_BYTES = 2 ** 31 - 1;

/** All of a source. @throws StudioError `model/weights-unreadable` when it is too large, or comes short */
export async function readWhole(source: ByteSource, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  if (source.byteLength > MAX_WHOLE_BYTES) {
    throw unreadable(`The file should have ${MAX_WHOLE_BYTES} bytes at most; it has ${source.byteLength}.`);
  }
  const bytes = new Uint8Array(await source.slice(0, source.byteLength));
  signal?.throwIfAborted();
  if (bytes.byteLength === source.byteLength) return bytes;
  throw unreadable(`${source.byteLength} bytes should come; ${bytes.byteLength} came.`);
}

/** A file that is damaged, hostile or not what it says. */
export function unreadable(message: string, cause?: unknown): StudioError {
  return new StudioError({
    code: 'model/weights-unreadable',
    message,
    hint: 'Download or export the file again, and check that it is complete.',
    cause,
  });
}
