/**
 * Owns what every export is wrapped in: the format's own files, the papers, and the proof. One network is made ready
 * once, and written in as many formats as are asked for.
 */
import { graphOf } from '../../models/graph.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import type { Chunk, ExportedFile, Exporter, ExportInput, TrainedNetwork } from '../exporter.ts';
import { inferenceNetwork } from '../network/inference.ts';
import { recordFiles } from '../record/files.ts';
import { papersOf, type PackedFormat } from './papers.ts';
import { Proof, type Rounding } from './proof.ts';
import { zipped } from './zip.ts';

/** Files, and what must be known of them, in sentences. */
interface PackedFiles {
  readonly files: readonly ExportedFile[];
  readonly notes: readonly string[];
}

/** A format's own files and its proof. */
interface Own {
  readonly own: readonly ExportedFile[];
}

export class Packing {
  readonly input: ExportInput;
  #proof: Promise<Proof> | null = null;

  /** @param proofPictures how many pictures a proof is held on; fewer or more than usual in tests alone */
  constructor(
    trained: TrainedNetwork,
    readonly platform: Platform,
    readonly proofPictures?: number,
  ) {
    const graph = graphOf(trained.model);
    this.input = { ...trained, graph, network: inferenceNetwork(graph, trained.preprocessing) };
  }

  /** The format's own files, without papers and proof. */
  async bare(exporter: Exporter): Promise<readonly ExportedFile[]> {
    return (await exporter.write(this.input)).files;
  }

  /**
   * All files of an export.
   *
   * @throws StudioError `export/…`
   */
  async files(exporter: Exporter): Promise<PackedFiles> {
    const { own, ...format } = await this.#packed(exporter);
    const { papers, notes } = papersOf(this.input, [format]);
    return { files: [...own, ...papers, ...recordFiles(this.input, this.platform)], notes };
  }

  /**
   * Several formats beside each other, each in a folder of its name, under one card: as they are published.
   *
   * @throws StudioError `export/…`
   */
  async together(exporters: readonly Exporter[]): Promise<PackedFiles> {
    const formats: (PackedFormat & Own)[] = [];
    for (const exporter of exporters) formats.push(await this.#packed(exporter));
    const { papers, notes } = papersOf(this.input, formats);
    const files = formats.flatMap(({ entry, own }) =>
      own.map((file) => ({ ...file, path: `${entry.name}/${file.path}` })),
    );
    return { files: [...papers, ...recordFiles(this.input, this.platform), ...files], notes };
  }

  /** A format's files with what proves them. */
  async #packed(exporter: Exporter): Promise<PackedFormat & Own> {
    const { entry } = exporter;
    const written = await exporter.write(this.input);
    const roundings = new Map<string, Rounding>();
    if (written.checker === null) return { entry, written, roundings, own: [] };
    const proof = await (this.#proof ??= Proof.of(this.input, this.platform, this.proofPictures));
    for (const model of written.models) {
      const rounding = await proof.rounding(model);
      if (rounding !== null) roundings.set(model.path, rounding);
    }
    const beside = written.beside?.(proof.shown(), () => this.platform.openLibrary()) ?? [];
    const own = [...written.files, ...beside, ...(await proof.files(written.models)), written.checker];
    return { entry, written, roundings, own };
  }

  /** An export as one zip; the browser holds its parts, and keeps large ones on disk. */
  async zip(exporter: Exporter): Promise<SavedFile> {
    const { files, notes } = await this.files(exporter);
    const { name, extension, mimeType } = exporter.entry;
    return {
      fileName: `mien-${this.input.recipe.backbone.name}-${name}.${extension}`,
      blob: await blobOf(zipped(files), mimeType),
      notes,
    };
  }
}

/** Handed over at once. */
const PART_BYTES = 2 ** 23;

/**
 * Bytes as they come, made one; the browser holds the parts. What comes next is made when it has the part before: else those
 * on their way to it would be a second network in this process.
 */
export async function blobOf(chunks: AsyncIterable<Chunk>, type = ''): Promise<Blob> {
  const parts: Blob[] = [];
  let waiting: Chunk[] = [];
  let length = 0;
  const handOver = async (): Promise<void> => {
    const part = new Blob(waiting);
    parts.push(part);
    waiting = [];
    length = 0;
    // Its last byte can be read once all are there.
    await part.slice(-1).arrayBuffer();
  };
  for await (const chunk of chunks) {
    waiting.push(chunk);
    length += chunk.length;
    if (length >= PART_BYTES) await handOver();
  }
  if (length > 0) await handOver();
  return new Blob(parts, { type });
}
