/** A folder of class-named folders from this machine, picked on the page or named by path. */
import { textOption } from '../../protocol/recipe/options.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { FolderFile } from '../../platform/platform.ts';
import { isPictureName } from '../layouts/file-kinds.ts';
import { folderOptions, layoutOptions } from '../layouts/folder-options.ts';
import { openPictureFiles } from '../layouts/picture-files.ts';
import type { Source, SourceContext } from './source.ts';

export const folder: Source = {
  entry: {
    name: 'folder',
    label: 'Folder',
    help: 'A folder that holds one folder of pictures for each class.',
    notice: 'Read from this machine; nothing is sent anywhere.',
    isOwn: true,
    isFromCameras: true,
    options: [
      {
        kind: 'file',
        name: 'path',
        label: 'Folder',
        help: 'The folder of folders.',
        default: '',
        accept: '',
        isFolder: true,
      },
      ...folderOptions,
    ],
  },
  recognises: ({ isFolder, names }) => isFolder && names.some(isPictureName),
  async open(options, context) {
    const path = textOption(options, 'path');
    const origin = path === '' ? 'a folder' : path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');
    return openPictureFiles(await listGivenFolder(path, context), layoutOptions(options), { origin });
  },
};

function listGivenFolder(
  path: string,
  { platform, folder: picked }: SourceContext,
): Promise<readonly FolderFile[]> {
  if (picked !== undefined) return Promise.resolve(picked);
  if (path !== '' && platform.listFolder !== undefined) return platform.listFolder(path);
  throw new StudioError({
    code: 'data/file-missing',
    message: `A folder was expected; none was picked${path === '' ? ', and the recipe names none' : ''}.`,
    hint: 'Pick a folder in the Data column, or set dataset.path in a recipe for the headless command.',
  });
}
