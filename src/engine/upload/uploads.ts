/**
 * Owns publishing: the files of a network are made first and held until they are sent, so that what is shown is what goes,
 * and what broke off can be sent again.
 */
import { blobOf, type Packing } from '../../exporters/package/package.ts';
import { findExporter } from '../../exporters/registry.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { PreparedUpload, Uploaded, UploadTarget } from '../../protocol/upload.ts';
import type { SetWork } from '../set/open-set.ts';
import { checkTarget } from './target.ts';
import { sendToHub, type UploadFile } from './send.ts';

export class Uploads {
  /** What was shown last. */
  #files: readonly UploadFile[] = [];

  constructor(
    readonly withPacking: (
      runId: string,
      work: (packing: Packing) => Promise<PreparedUpload>,
    ) => Promise<PreparedUpload>,
  ) {}

  /** As {@link prepare}, of a kept run. @throws StudioError `export/…`, `model/…`, `net/…` */
  async prepareRun(runId: string, formats: readonly string[]): Promise<PreparedUpload> {
    return this.withPacking(runId, (packing) => this.prepare(packing, formats));
  }

  /** Makes a network's files in some formats, in place of those that were made before. @throws StudioError `export/…` */
  async prepare(packing: Packing, formats: readonly string[]): Promise<PreparedUpload> {
    if (formats.length === 0) throw noFormat();
    this.#files = [];
    const { files, notes } = await packing.together(formats.map(findExporter));
    const made: UploadFile[] = [];
    for (const { path, chunks } of files) made.push({ path, content: await blobOf(chunks()) });
    this.#files = made;
    const card = made.find(({ path }) => path === 'README.md');
    return {
      files: made.map(({ path, content }) => ({ path, sizeBytes: content.size })),
      card: (await card?.content.text()) ?? '',
      notes,
    };
  }

  /**
   * Sends what was prepared; it stays prepared. Nothing of it is seen on the Hub before all is there.
   *
   * @throws StudioError `recipe/bad-address`, `recipe/bad-token`, `recipe/bad-repo`, `recipe/other-visibility`, `net/…`,
   * `export/nothing-prepared`; DOMException `AbortError`
   */
  async send(target: UploadTarget, work: SetWork): Promise<Uploaded> {
    const checked = checkTarget(target);
    if (this.#files.length === 0) throw nothingPrepared();
    return sendToHub(this.#files, checked, work);
  }
}

function noFormat(): StudioError {
  return new StudioError({
    code: 'export/no-format',
    message: 'At least one format was expected to publish the network in; none came.',
    hint: 'Choose one.',
  });
}

function nothingPrepared(): StudioError {
  return new StudioError({
    code: 'export/nothing-prepared',
    message: 'Files were expected that were looked at before they are sent; there are none.',
    hint: 'Have them written and shown first.',
  });
}
