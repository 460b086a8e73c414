/**
 * A Hub on this machine. One server answers the stable addresses and the API, and redirects to signed addresses of
 * another, on another port, which expire. Both answer pages of any origin. What was asked is noted, and both can
 * misbehave on purpose.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Commits } from './commits.ts';
import { close, fail, FOR_PAGES, listen, portOf, refuse, sendJson } from './answers.ts';
import { convertedName, DATASETS_SERVER, repoAnswer, treeAnswer } from './api.ts';
import { Faults, type Fault, type Misbehaviour } from './faults.ts';
import { reposOf, type HubFile, type HubRepo } from './folder.ts';
import { pictureOf } from './rows.ts';
import { sendFile } from './send.ts';

/** What is served, and how the Hub's own limits are imitated. */
export interface HubOptions {
  /** See `folder.ts`. */
  readonly folder: string;
  /** Names of repositories that want a token, and the token. */
  readonly gated?: Readonly<Record<string, string>>;
  /** The token that may write models; null where nobody may. */
  readonly writeToken?: string | null;
  /** Whether the datasets-server's paths are answered. */
  readonly hasDatasetsServer?: boolean;
  /** How long a signed address is good for. */
  readonly expireMs?: number;
  /** 127.0.0.1, or 0.0.0.0 for the whole network. */
  readonly host?: string;
  /** 0 for any that is free; the files' server takes the next one, or any. */
  readonly port?: number;
}

/** One request, and what came of it. */
export interface HubRequest {
  readonly server: Misbehaviour['server'];
  readonly method: string;
  /** On `files` the path of the file, as on `hub`. */
  readonly path: string;
  readonly range: string | undefined;
  /** Whether a token came along. */
  readonly hasToken: boolean;
  readonly fault: Fault['kind'] | null;
  status: number;
  /** Of files. */
  sentBytes: number;
}

/** A running server, and what it has seen. */
export interface LocalHub {
  /** Without a slash at the end. */
  readonly origin: string;
  /** What pages asked for, in order, without what browsers ask by themselves (`OPTIONS`). */
  readonly requests: HubRequest[];
  /** Bytes of files that were sent, of those whose path begins so. */
  sentBytes(path?: string): number;
  /** What goes wrong from now on, in place of what did. */
  misbehave(...faults: readonly Misbehaviour[]): void;
  close(): Promise<void>;
}

/** Where large files are put on the files' server. */
const STORAGE = '/storage/';

/** Starts both servers; close them when done. */
export async function startHub(options: HubOptions): Promise<LocalHub> {
  const hub = new Hub(options);
  await hub.listen();
  return hub;
}

class Hub implements LocalHub {
  readonly requests: HubRequest[] = [];
  readonly #options: Required<HubOptions>;
  readonly #faults = new Faults();
  readonly #commits: Commits;
  readonly #secret = randomBytes(16);
  /** Files by the signed addresses that were given out. */
  readonly #signed = new Map<string, { readonly file: HubFile; readonly path: string }>();
  readonly #hub: Server;
  readonly #files: Server;

  constructor(options: HubOptions) {
    this.#options = {
      gated: {},
      writeToken: null,
      hasDatasetsServer: true,
      expireMs: 300_000,
      host: '127.0.0.1',
      port: 0,
      ...options,
    };
    this.#commits = new Commits(options.folder, this.#options.writeToken);
    this.#hub = createServer((request, response) => void this.#serve('hub', request, response));
    this.#files = createServer((request, response) => void this.#serve('files', request, response));
  }

  get origin(): string {
    const { host } = this.#options;
    return `http://${host === '0.0.0.0' ? 'localhost' : host}:${portOf(this.#hub)}`;
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options;
    await listen(this.#hub, port, host);
    await listen(this.#files, port === 0 ? 0 : port + 1, host);
  }

  sentBytes(path = ''): number {
    return this.requests
      .filter((request) => request.path.startsWith(path))
      .reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  }

  misbehave(...faults: readonly Misbehaviour[]): void {
    this.#faults.set(faults);
  }

  async close(): Promise<void> {
    await Promise.all([close(this.#hub), close(this.#files)]);
  }

  async #serve(
    server: HubRequest['server'],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    for (const [name, value] of Object.entries(FOR_PAGES)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') {
      // As on the Hub; where the files are, a token has no business.
      response.setHeader(
        'Access-Control-Allow-Headers',
        server === 'hub' ? 'Authorization, Range, Content-Type' : 'Content-Type, X-Request-Id',
      );
      response.writeHead(204).end();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://hub');
    const signed = server === 'files' ? this.#signed.get(url.pathname) : undefined;
    const path = signed?.path ?? decodeURIComponent(url.pathname);
    const fault = this.#faults.next(server, path);
    const { range, authorization } = request.headers;
    const noted: HubRequest = {
      server,
      method: request.method ?? 'GET',
      path,
      range,
      hasToken: authorization !== undefined,
      fault: fault?.kind ?? null,
      status: 0,
      sentBytes: 0,
    };
    this.requests.push(noted);
    response.on('close', () => (noted.status = response.statusCode));
    try {
      if (fault?.kind === 'status') response.writeHead(fault.status, fault.headers).end();
      else if (server === 'hub') await this.#answer(url, request, response);
      else if (request.method === 'PUT' && url.pathname.startsWith(STORAGE)) {
        const status = await this.#commits.take(request, url.pathname.slice(STORAGE.length), fault);
        response.writeHead(status).end();
      } else if (signed === undefined || fault?.kind === 'expired' || !this.#isGood(url)) {
        response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      } else await sendFile(signed.file, range, response, fault, (count) => (noted.sentBytes += count));
    } catch (error) {
      fail(response, error);
    }
  }

  /** Where the files' server is, as the asker knows this one. */
  #filesOf(request: IncomingMessage): string {
    const { hostname } = new URL(`http://${request.headers.host ?? 'localhost'}`);
    return `http://${hostname}:${portOf(this.#files)}`;
  }

  /** The stable addresses and the API. */
  async #answer(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const storage = `${this.#filesOf(request)}${STORAGE.slice(0, -1)}`;
    const written = await this.#commits.answer(request, url.pathname, storage);
    if (written !== null) {
      response.statusCode = written.status;
      sendJson(response, written.body);
      return;
    }
    const repos = reposOf(this.#options.folder);
    const path = decodeURIComponent(url.pathname);
    const resolve = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/u.exec(url.pathname);
    if (resolve !== null) {
      const [, folder, name, revision, within] = resolve.map((part) => decodeURIComponent(part));
      const found = find(repos, folder === undefined || resolve[1] === undefined ? 'model' : 'dataset', name);
      const repo = found?.isPrivate === true && !this.#commits.mayWrite(request) ? undefined : found;
      const file = repo && findFile(repo, revision ?? '', within ?? '');
      if (!this.#mayRead(name ?? '', repo !== undefined, request, response)) return;
      if (file === undefined) refuse(response, 404, 'EntryNotFound', 'Entry not found');
      else this.#redirect(file, path, repo?.sha ?? '', request, response);
      return;
    }
    const origin = `http://${request.headers.host ?? 'localhost'}`;
    const asset = /^\/cached-assets\/(.+)\/--\/[^/]+\/--\/([^/]+)\/([^/]+)\/(\d+)\/([^/]+)\/image$/u.exec(
      path,
    );
    const api = /^\/api\/datasets\/([^/]+\/[^/]+)(?:\/(revision|tree)\/[^/]+)?$/u.exec(url.pathname);
    const viewer = DATASETS_SERVER[path.slice(1)];
    const name = asset?.[1] ?? api?.[1] ?? url.searchParams.get('dataset') ?? '';
    const repo = find(repos, 'dataset', name);
    const isViewer = viewer !== undefined && this.#options.hasDatasetsServer;
    if (asset === null && api === null && !isViewer) {
      refuse(response, 404, 'NotFound', 'Not found');
      return;
    }
    // What a repository is called and holds is told of gated ones too, as the Hub does.
    if ((api === null || repo === undefined) && !this.#mayRead(name, repo !== undefined, request, response)) {
      return;
    }
    if (repo === undefined) return;
    const query = url.searchParams;
    if (api !== null) {
      sendJson(
        response,
        api[2] === 'tree' ? treeAnswer(repo) : repoAnswer(repo, name in this.#options.gated),
      );
    } else if (asset !== null) {
      const place = new URLSearchParams({ config: asset[2] ?? '', split: asset[3] ?? '' });
      response.end(await pictureOf({ repo, origin, query: place }, Number(asset[4]), asset[5] ?? ''));
    } else if (viewer !== undefined) sendJson(response, await viewer({ repo, origin, query }));
  }

  /** Answers as the Hub does where it may not, or there is nothing: it does not say which to those without a token. */
  #mayRead(name: string, exists: boolean, request: IncomingMessage, response: ServerResponse): boolean {
    const token = this.#options.gated[name];
    const { authorization } = request.headers;
    if (exists && (token === undefined || authorization === `Bearer ${token}`)) return true;
    if (!exists) {
      const status = authorization === undefined ? 401 : 404;
      refuse(response, status, 'RepoNotFound', 'Repository not found');
    } else {
      const status = authorization === undefined ? 401 : 403;
      refuse(response, status, 'GatedRepo', `Access to dataset ${name} is restricted.`);
    }
    return false;
  }

  #redirect(
    file: HubFile,
    path: string,
    sha: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const signedPath = `/repos/${createHmac('sha256', this.#secret).update(file.disk).digest('hex')}`;
    this.#signed.set(signedPath, { file, path });
    const expires = String(Date.now() + this.#options.expireMs);
    const location = new URL(`${this.#filesOf(request)}${signedPath}`);
    location.search = new URLSearchParams({
      Expires: expires,
      Signature: this.#sign(signedPath, expires),
    }).toString();
    response
      .writeHead(302, {
        Location: location.href,
        'X-Repo-Commit': sha,
        'X-Linked-Size': file.sizeBytes,
        'X-Linked-ETag': file.etag,
      })
      .end();
  }

  #sign(path: string, expires: string): string {
    return createHmac('sha256', this.#secret).update(`${path} ${expires}`).digest('hex');
  }

  #isGood({ pathname, searchParams }: URL): boolean {
    const expires = searchParams.get('Expires') ?? '';
    return Number(expires) > Date.now() && searchParams.get('Signature') === this.#sign(pathname, expires);
  }
}

function find(repos: readonly HubRepo[], kind: HubRepo['kind'], name = ''): HubRepo | undefined {
  return repos.find((repo) => repo.kind === kind && repo.name === name);
}

/** By its path, or on the branch of the Hub's own conversion by configuration, split and number. */
function findFile(repo: HubRepo, revision: string, path: string): HubFile | undefined {
  if (revision !== 'refs/convert/parquet') return repo.files.find((file) => file.path === path);
  return repo.tables.find((table) => `${table.config}/${table.split}/${convertedName(repo, table)}` === path);
}
