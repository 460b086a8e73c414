/** A zip of class-named folders from this machine, read in place: one picture at a time is unpacked. */
import { emptyFolder } from '../../platform/empty-folder.ts';
import type { Remark } from '../../protocol/set/dataset.ts';
import { textOption } from '../../protocol/recipe/options.ts';
import { readZipDirectory, type ZipEntry } from '../archives/zip-directory.ts';
import { NAME_PAGES, type NamePage } from '../archives/name-pages.ts';
import { ZipUnpacker } from '../archives/zip-entry.ts';
import { folderOptions, layoutOptions } from '../layouts/folder-options.ts';
import { isPictureName } from '../layouts/file-kinds.ts';
import { openPictureFiles } from '../layouts/picture-files.ts';
import { openGivenFile, type OpenedSource, type Source } from './source.ts';

export const zip: Source = {
  entry: {
    name: 'zip',
    label: 'Zip of folders',
    help: 'A zip with one folder of pictures for each class.',
    notice: 'Read from this machine; nothing is sent anywhere.',
    isOwn: true,
    isFromCameras: true,
    options: [
      {
        kind: 'file',
        name: 'path',
        label: 'File',
        help: 'The zip.',
        default: '',
        accept: '.zip,.tm',
      },
      ...folderOptions,
      {
        kind: 'choice',
        name: 'namePage',
        label: 'Names are written in',
        help: 'The code page of names in an old zip; newer ones say it themselves.',
        default: 'auto',
        choices: [{ value: 'auto', label: 'what fits' }, ...NAME_PAGES],
      },
    ],
  },
  recognises: ({ isZip, names }) => isZip && names.some(isPictureName),
  async open(options, context) {
    const path = textOption(options, 'path');
    const file = await openGivenFile(path, context);
    const page = NAME_PAGES.find(({ value }) => value === options['namePage'])?.value ?? null;
    const { entries, folders, namePage } = await readZipDirectory(file, page);
    const unpacker = new ZipUnpacker(file);
    const files = entries.map((entry) => ({
      path: entry.path,
      sizeBytes: entry.unpackedBytes,
      version: entry.crc32,
      read: () => unpacker.read(entry),
    }));
    const listed = [...files, ...folders.map(emptyFolder)];
    const opened = await openPictureFiles(listed, layoutOptions(options), {
      origin: path === '' ? 'a zip' : path.replace(/^.*[\\/]/, ''),
      version: file.version ?? '',
      sizeBytes: file.byteLength,
    });
    return namePage === null ? opened : withRemark(opened, pageRemark(entries, namePage));
  },
};

/** Names that nothing tells how to read are said as they were read. */
function pageRemark(entries: readonly ZipEntry[], page: NamePage): Remark {
  const folders = new Set(entries.flatMap(({ path }) => path.split('/').slice(0, -1)));
  const odd = [...folders].filter((name) => /[^\x20-\x7e]/u.test(name)).slice(0, 8);
  const label = NAME_PAGES.find(({ value }) => value === page)!.label;
  const examples = odd.length === 0 ? '' : `: ${odd.map((name) => `“${name}”`).join(', ')}`;
  return {
    message: `This zip does not say how its names are written; they are read as ${label}${examples}.`,
    hint: 'If they read wrong, choose another under “Names are written in” where the set is chosen (namePage in a recipe).',
  };
}

function withRemark(opened: OpenedSource, remark: Remark): OpenedSource {
  const { passedOver = [], remarks = [] } = opened.listed ?? {};
  return { ...opened, listed: { passedOver, remarks: [remark, ...remarks] } };
}
