/** Owns the pictures that edits add to a set: prepared as the set's own, in memory, each once. */
import { hashBytes } from '../../lib/bytes/hash.ts';
import { checkPictureHeader } from '../../platform/pictures/picture-header.ts';
import type { Platform } from '../../platform/platform.ts';
import type { PictureFacts } from '../../protocol/set/dataset.ts';
import type { AddedPicture } from '../../protocol/set/edits.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { EditsRef } from '../../protocol/recipe/recipe.ts';
import type { PictureStore } from '../dataset.ts';
import { prepareCropped, type Cropping } from '../faces/cropping.ts';
import { preparePicture } from '../pool/prepare.ts';
import type { KeptEdits } from './kept-edits.ts';

/** A file that is to be added, and to which class. */
export interface GivenFile {
  readonly name: string;
  readonly to: string;
  readonly read: () => Promise<Uint8Array>;
}

/** What came of files that were to be added. */
export interface TakenIn {
  readonly pictures: readonly AddedPicture[];
  /** Those that are no pictures that can be read. */
  readonly unreadable: readonly string[];
}

interface Ready {
  /** RGB uint8, `[size, size, 3]`. */
  readonly picture: Uint8Array;
  /** Null where none was looked for. */
  readonly hasFace: boolean | null;
  readonly facts: Omit<PictureFacts, 'path'>;
}

export class AddedPictures {
  readonly #ready = new Map<string, Ready>();

  constructor(
    readonly platform: Pick<Platform, 'decodePicture'>,
    readonly kept: KeptEdits,
    readonly cropping: Cropping,
  ) {}

  /** Takes files in and keeps those that are pictures; one that is none is named. */
  async take(files: readonly GivenFile[]): Promise<TakenIn> {
    const pictures: AddedPicture[] = [];
    const unreadable: string[] = [];
    for (const { name, to, read } of files) {
      const bytes = await read();
      const file = hashBytes(bytes);
      try {
        await this.#prepare(file, bytes);
      } catch (error) {
        if (!(error instanceof StudioError) || !error.code.startsWith('data/picture-')) throw error;
        unreadable.push(name);
        continue;
      }
      await this.kept.addPicture(file, bytes);
      pictures.push({ file, path: name, to });
    }
    return { pictures, unreadable };
  }

  /** The pictures of some files, in their order. @throws StudioError `data/edits-missing`, `data/picture-…` */
  async store(list: EditsRef, files: readonly string[]): Promise<PictureStore> {
    for (const file of files)
      if (!this.#ready.has(file)) await this.#prepare(file, await this.kept.picture(list, file));
    const { size } = this.cropping.preparing;
    const bytes = size * size * 3;
    return {
      count: files.length,
      size,
      read: (rows) => {
        const all = new Uint8Array(rows.length * bytes);
        for (const [place, row] of Array.from(rows).entries())
          all.set(this.#of(files[row] ?? '').picture, place * bytes);
        return Promise.resolve(all);
      },
    };
  }

  /** What is known of one. */
  about(file: string): Pick<Ready, 'facts' | 'hasFace'> {
    return this.#of(file);
  }

  #of(file: string): Ready {
    const ready = this.#ready.get(file);
    invariant(ready !== undefined, `the added picture ${file} was made ready`);
    return ready;
  }

  async #prepare(file: string, encoded: Uint8Array): Promise<void> {
    const { picture, hasFace } = await prepareCropped(encoded, this.cropping, (job) =>
      preparePicture((bytes) => this.platform.decodePicture(bytes), job),
    );
    const { format, width, height } = checkPictureHeader(encoded);
    const facts = { sourceRow: null, rawLabel: '', format, width, height, sizeBytes: encoded.length };
    this.#ready.set(file, { picture: picture.slice(), hasFace, facts });
  }
}
