/**
 * Owns asking a Hub what a set has: the datasets-server first, which knows splits, columns and counts of a set's main
 * branch; else the list of the repository's files; else the name that the one file of a small set usually has.
 */
import type { z } from 'zod';
import { HUB, hubFileUrl } from '../../../platform/remote/hub.ts';
import type { RemoteOptions } from '../../../platform/platform.ts';
import { textOption, type Options } from '../../../protocol/recipe/options.ts';
import { StudioError } from '../../../protocol/errors.ts';
import { columnsOfFeatures, InfoAnswer, ParquetAnswer, RepoAnswer, type Column } from './answers.ts';
import { compareTables, placeOfPath, type HubTable } from './tables.ts';

const DATASETS_SERVER = 'https://datasets-server.huggingface.co';
/** The branch that the datasets-server speaks of. */
const MAIN = 'main';
/** How the Hub names the file of a small set; tried when the files cannot be listed. */
const USUAL_PATH = 'data/train-00000-of-00001.parquet';

/** How JSON is fetched: kept for when there is no network, or only looked at. */
export type ReadJson = (url: string, options: RemoteOptions) => Promise<unknown>;

/** Which set, where. */
export class HubSet {
  readonly repo: string;
  readonly endpoint: string;
  readonly revision: string;
  readonly #path: string;
  #isPartial = false;

  constructor(
    options: Options,
    readonly readJson: ReadJson,
    readonly remote: Omit<RemoteOptions, 'label'>,
  ) {
    this.repo = textOption(options, 'repo');
    this.endpoint = textOption(options, 'endpoint').replace(/\/+$/u, '');
    this.revision = textOption(options, 'revision') || MAIN;
    this.#path = textOption(options, 'path');
    if (!/^[\w.-]+(\/[\w.-]+)?$/u.test(this.repo)) throw noRepo(this.repo);
  }

  /** Whether the Hub has only a part of the set as Parquet files, as far as {@link tables} has told. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** Address of its page. */
  get page(): string {
    const tree = this.revision === MAIN ? '' : `/tree/${encodeURIComponent(this.revision)}`;
    return `${this.endpoint}/datasets/${this.repo}${tree}`;
  }

  /** The repository; null where the API does not answer. @throws StudioError `net/…` where it may not be read */
  repository(): Promise<z.infer<typeof RepoAnswer> | null> {
    const revision = this.revision === MAIN ? '' : `/revision/${encodeURIComponent(this.revision)}`;
    const url = `${this.endpoint}/api/datasets/${this.repo}${revision}`;
    return this.#ask(RepoAnswer, url, 'repository');
  }

  /**
   * Its Parquet files, by configuration and split.
   *
   * @param repository what {@link repository} gave
   */
  async tables(repository: z.infer<typeof RepoAnswer> | null): Promise<readonly HubTable[]> {
    if (this.#path !== '') return [this.#table(this.#path)];
    if (this.revision === MAIN) {
      const listed = await this.#askServer(ParquetAnswer, 'parquet', 'list of files');
      const files = listed?.parquet_files ?? [];
      this.#isPartial = listed?.partial === true;
      if (files.length > 0) return files.map(({ size, ...file }) => ({ ...file, sizeBytes: size ?? null }));
    }
    const paths = repository?.siblings?.map(({ rfilename }) => rfilename) ?? [USUAL_PATH];
    return paths
      .filter((path) => path.endsWith('.parquet'))
      .sort()
      .map((path) => this.#table(path))
      .sort(compareTables);
  }

  /** The columns of a configuration, and how many rows each split has; null where that is not told. */
  async info(config: string | undefined): Promise<{
    readonly columns: readonly Column[];
    readonly rowsOfSplit: ReadonlyMap<string, number>;
  } | null> {
    if (this.revision !== MAIN || config === undefined) return null;
    const answer = await this.#askServer(InfoAnswer, 'info', 'description');
    const info = answer?.dataset_info[config];
    if (info?.features == null) return null;
    const splits = Object.entries(info.splits ?? {});
    return {
      columns: columnsOfFeatures(info.features),
      rowsOfSplit: new Map(splits.map(([split, { num_examples: rows }]) => [split, rows])),
    };
  }

  #table(path: string): HubTable {
    const { repo, revision, endpoint } = this;
    const url = hubFileUrl({ kind: 'dataset', repo, revision, path }, endpoint);
    return { ...placeOfPath(path), url, sizeBytes: null };
  }

  #askServer<Answer>(schema: z.ZodType<Answer>, path: string, what: string): Promise<Answer | null> {
    const server = this.endpoint === HUB ? DATASETS_SERVER : this.endpoint;
    return this.#ask(schema, `${server}/${path}?dataset=${encodeURIComponent(this.repo)}`, what);
  }

  /** Null where there is no such service, or it is ill: each of these answers can be done without. */
  async #ask<Answer>(schema: z.ZodType<Answer>, url: string, what: string): Promise<Answer | null> {
    try {
      const label = `${this.repo}, ${what}`;
      const answer = schema.safeParse(await this.readJson(url, { ...this.remote, label }));
      return answer.success ? answer.data : null;
    } catch (error) {
      if (error instanceof StudioError && error.code.startsWith('net/')) return null;
      throw error;
    }
  }
}

function noRepo(repo: string): StudioError {
  return new StudioError({
    code: 'data/no-repository',
    message: `The name of a set on the Hub was expected, such as tukey/human_face_emotions_roboflow. Came: ${JSON.stringify(repo.slice(0, 80))}.`,
    hint: 'Copy the name from the top of the set’s page on the Hub: its owner, a slash and its name.',
  });
}
