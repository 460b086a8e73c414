/**
 * Owns writing to the Hub's models as `@huggingface/hub` does it: a repository is made; files are asked about; large ones
 * go to a storage of the other server under their hash, and are checked there; a commit writes them all at once. A model
 * that is private is so after a restart too: a note in its folder says it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Fault } from './faults.ts';
import { PRIVATE_NOTE } from './folder.ts';

/** What is answered. */
export interface Written {
  readonly status: number;
  readonly body: object;
}

/** Larger files, and those that are no text, go to the storage. */
const MOST_TEXT_BYTES = 10_000_000;

const Create = z.object({ name: z.string(), organization: z.string(), visibility: z.string().optional() });
const Asked = z.object({
  files: z.array(z.object({ path: z.string(), size: z.number(), sample: z.string() })),
});
const Batch = z.object({
  objects: z.array(z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/u), size: z.number() })),
});
const Line = z.object({
  key: z.string(),
  value: z.looseObject({
    path: z.string().optional(),
    content: z.string().optional(),
    oid: z.string().optional(),
  }),
});

/** Paths that write a repository, by its name and what is done. */
const WRITING =
  /^\/(?:api\/models\/)?([^/]+\/[^/]+?)(?:\.git)?\/(preupload|commit|info\/lfs\/objects\/batch)(?:\/|$)/u;

const NAME = /^[\w][\w.-]*$/u;

const refused = (status: number, error: string): Written => ({ status, body: { error } });

export class Commits {
  constructor(
    /** Of all repositories. */
    readonly folder: string,
    /** What writes; null where nobody may. */
    readonly token: string | null,
  ) {}

  mayWrite({ headers }: IncomingMessage): boolean {
    return this.token !== null && headers.authorization === `Bearer ${this.token}`;
  }

  /**
   * Answers a request that writes a model, or asks about one that is to be written; null for any other.
   *
   * @param storage where large files are put
   */
  async answer(request: IncomingMessage, path: string, storage: string): Promise<Written | null> {
    const [, asked] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\//u.exec(path) ?? [];
    if (request.method === 'GET' && asked !== undefined) return this.#info(asked, this.mayWrite(request));
    const [, repo = '', what = ''] = WRITING.exec(path) ?? [];
    const isCreate = path === '/api/repos/create';
    if (request.method !== 'POST' || (what === '' && !isCreate)) return null;
    if (!this.mayWrite(request)) return refused(401, 'Invalid username or password.');
    const text = await textOf(request);
    if (isCreate) return this.#create(Create.parse(JSON.parse(text)));
    if (!existsSync(this.#folderOf(repo))) return refused(404, 'Repository not found');
    if (what === 'preupload') return modesOf(Asked.parse(JSON.parse(text)));
    if (what === 'commit') return this.#commit(repo, text);
    return this.#batch(Batch.parse(JSON.parse(text)), storage);
  }

  /** Takes a large file whose hash is what it was announced by. */
  async take(request: IncomingMessage, oid: string, fault: Fault | null): Promise<number> {
    if (!/^[0-9a-f]{64}$/u.test(oid)) return 400;
    // The same file may come twice at a time: what breaks off is sent again at once.
    const part = join(this.folder, '.lfs', `${oid}.${randomUUID()}.part`);
    await mkdir(dirname(part), { recursive: true });
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      await pipeline(
        request,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            bytes += chunk.length;
            if (fault?.kind === 'cut' && bytes > fault.afterBytes) request.destroy();
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(part),
      );
      if (hash.digest('hex') !== oid) return 400;
      await rename(part, this.#stored(oid));
      return 200;
    } finally {
      await rm(part, { force: true });
    }
  }

  async #info(name: string, mayRead: boolean): Promise<Written> {
    const folder = this.#folderOf(name);
    const isPrivate = existsSync(join(folder, PRIVATE_NOTE));
    if (!existsSync(folder) || (isPrivate && !mayRead)) return refused(404, 'Repository not found');
    const { mtime } = await stat(folder);
    const facts = { private: isPrivate, gated: false, downloads: 0, likes: 0, lastModified: mtime };
    return { status: 200, body: { _id: name, id: name, ...facts } };
  }

  #folderOf = (repo: string): string => join(this.folder, 'models', repo);
  #stored = (oid: string): string => join(this.folder, '.lfs', oid);

  async #create({ name, organization, visibility }: z.infer<typeof Create>): Promise<Written> {
    if (!NAME.test(name) || !NAME.test(organization)) return refused(400, 'Invalid repository name');
    const repo = `${organization}/${name}`;
    const folder = this.#folderOf(repo);
    if (existsSync(folder)) return refused(409, 'You already created this model repo');
    await mkdir(folder, { recursive: true });
    if (visibility === 'private') await writeFile(join(folder, PRIVATE_NOTE), '');
    return { status: 200, body: { url: `/${repo}`, id: repo } };
  }

  #batch({ objects }: z.infer<typeof Batch>, storage: string): Written {
    const listed = objects.map(({ oid, size }) => ({
      ...{ oid, size },
      ...(!existsSync(this.#stored(oid)) && { actions: { upload: { href: `${storage}/${oid}` } } }),
    }));
    return { status: 200, body: { transfer: 'basic', objects: listed } };
  }

  /** Writes all files beside the repository and moves them in when all are there. */
  async #commit(repo: string, text: string): Promise<Written> {
    const folder = this.#folderOf(repo);
    const staged = join(this.folder, '.lfs', `commit-${randomUUID()}`);
    try {
      for (const line of text.split('\n')) {
        const { key, value } = Line.parse(JSON.parse(line));
        if (key === 'header') continue;
        const path = value.path ?? '';
        const place = resolve(staged, path);
        if (!place.startsWith(`${resolve(staged)}${sep}`)) return refused(400, 'Invalid path');
        await mkdir(dirname(place), { recursive: true });
        if (key === 'file') await writeFile(place, Buffer.from(value.content ?? '', 'base64'));
        else if (key === 'lfsFile' && existsSync(this.#stored(value.oid ?? '')))
          await cp(this.#stored(value.oid ?? ''), place);
        else return refused(400, `${path} has not come`);
      }
      await cp(staged, folder, { recursive: true });
    } finally {
      await rm(staged, { recursive: true, force: true });
    }
    const commitOid = createHash('sha1').update(text).digest('hex');
    return { status: 200, body: { success: true, commitOid, commitUrl: `/${repo}/commit/${commitOid}` } };
  }
}

function modesOf({ files }: z.infer<typeof Asked>): Written {
  const listed = files.map(({ path, size, sample }) => {
    const isText = size <= MOST_TEXT_BYTES && !Buffer.from(sample, 'base64').includes(0);
    return { path, uploadMode: isText ? 'regular' : 'lfs', shouldIgnore: false };
  });
  return { status: 200, body: { files: listed } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
