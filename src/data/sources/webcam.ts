/** Pictures that were taken with the camera on the page, as class-named folders of JPEG files. */
import { StudioError } from '../../protocol/errors.ts';
import { textOption } from '../../protocol/recipe/options.ts';
import { openPictureFiles } from '../layouts/picture-files.ts';
import type { Source } from './source.ts';

/** What was taken lies in folders that are called as the classes. */
const CLASS_FOLDERS = { takesSplit: false, labelsFrom: 'folders', subfolder: '' } as const;

export const webcam: Source = {
  entry: {
    name: 'webcam',
    label: 'Camera',
    help: 'Pictures that you take here and now, class by class.',
    notice:
      'Taken with this machine’s camera; nothing is sent anywhere. Ask people before you take their picture.',
    isOwn: true,
    isFromCameras: true,
    options: [
      {
        kind: 'file',
        name: 'path',
        label: 'Pictures',
        help: 'Name the classes and take pictures of each; in a recipe, the path of a folder of such pictures.',
        default: '',
        accept: '',
        isFolder: true,
        isCamera: true,
      },
    ],
  },
  async open(options, { folder, platform }) {
    const path = textOption(options, 'path');
    const listed = folder ?? (path === '' ? undefined : await platform.listFolder?.(path));
    if (listed === undefined) throw nothingTaken();
    return openPictureFiles(listed, CLASS_FOLDERS, { origin: 'the camera' });
  },
};

function nothingTaken(): StudioError {
  return new StudioError({
    code: 'data/nothing-taken',
    message: 'Pictures taken with the camera were expected; none have been taken on this page.',
    hint: 'Press Change in the Data column, choose Camera and take pictures. Headless, set dataset.path to a folder.',
  });
}
