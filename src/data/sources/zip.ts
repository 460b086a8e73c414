/** A zip of class-named folders from this machine, read in place: one picture at a time is unpacked. */
import { listingHash } from '../../protocol/identity.ts';
import { flagOption, textOption } from '../../protocol/options.ts';
import { isPictureName, isZip } from '../given-kinds.ts';
import { readZipDirectory } from '../archives/zip-directory.ts';
import { readZipEntry } from '../archives/zip-entry.ts';
import { findPictures, folderOptions, readPictures } from './class-folders.ts';
import { openGivenFile, type Source } from './source.ts';

export const zip: Source = {
  entry: {
    name: 'zip',
    label: 'Zip of folders',
    help: 'A zip with one folder of pictures for each class.',
    notice: 'Read from this machine; nothing is sent anywhere.',
    isOwn: true,
    options: [
      {
        kind: 'file',
        name: 'path',
        label: 'File',
        help: 'The zip; in a recipe, a path relative to it.',
        default: '',
        accept: '.zip',
      },
      ...folderOptions,
    ],
  },
  recognises: ({ head, names }) => isZip(head) && names.some(isPictureName),
  async open(options, context) {
    const path = textOption(options, 'path');
    const file = await openGivenFile(path, context);
    const entries = await readZipDirectory(file);
    const pictures = findPictures(
      entries.map((entry) => ({
        path: entry.path,
        sizeBytes: entry.unpackedBytes,
        version: entry.crc32,
        read: () => readZipEntry(file, entry),
      })),
    );
    const takesSplit = flagOption(options, 'splitFolders');
    return {
      origin: path === '' ? 'a zip' : path.replace(/^.*[\\/]/, ''),
      identity: [file.version ?? '', listingHash(pictures)].join(' '),
      noun: 'pictures',
      sizeBytes: file.byteLength,
      rowCount: pictures.length,
      labelNames: null,
      columns: { split: takesSplit },
      readRows: (signal) => readPictures(pictures, takesSplit, signal),
    };
  },
};
