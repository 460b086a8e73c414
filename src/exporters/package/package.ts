/**
 * Owns what every export is wrapped in: the format's own files, the papers, and the proof. One network is made ready
 * once, and written in as many formats as are asked for.
 */
import { graphOf } from '../../models/graph.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import type { ExportedFile, Exporter, ExportInput, TrainedNetwork } from '../exporter.ts';
import { inferenceNetwork } from '../network/inference.ts';
import { recordFiles } from '../record/files.ts';
import { papersOf } from './papers.ts';
import { Proof, type Rounding } from './proof.ts';
import { zipped } from './zip.ts';

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
  async files(exporter: Exporter): Promise<{ files: readonly ExportedFile[]; notes: readonly string[] }> {
    const written = await exporter.write(this.input);
    const record = recordFiles(this.input, this.platform);
    if (written.checker === null) {
      const { papers, notes } = papersOf(exporter, this.input, written, new Map());
      return { files: [...papers, ...record], notes };
    }
    const proof = await (this.#proof ??= Proof.of(this.input, this.platform, this.proofPictures));
    const roundings = new Map<string, Rounding>();
    for (const { path, precision } of written.models) {
      const rounding = await proof.rounding(precision);
      if (rounding !== null) roundings.set(path, rounding);
    }
    const { papers, notes } = papersOf(exporter, this.input, written, roundings);
    const beside = written.beside?.(proof.shown(), () => this.platform.openLibrary()) ?? [];
    const proofFiles = await proof.files(written.models);
    return {
      files: [...written.files, ...beside, ...papers, ...record, ...proofFiles, written.checker],
      notes,
    };
  }

  /** An export as one zip; the browser holds its parts, and keeps large ones on disk. */
  async zip(exporter: Exporter): Promise<SavedFile> {
    const { files, notes } = await this.files(exporter);
    const parts: Blob[] = [];
    for await (const chunk of zipped(files)) parts.push(new Blob([chunk]));
    const { name, extension, mimeType } = exporter.entry;
    return {
      fileName: `mien-${this.input.recipe.backbone.name}-${name}.${extension}`,
      blob: new Blob(parts, { type: mimeType }),
      notes,
    };
  }
}
