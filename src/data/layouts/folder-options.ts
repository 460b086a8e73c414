/** Owns the options of every source that reads folders. */
import type { OptionSpec } from '../../protocol/catalog.ts';
import { flagOption, textOption, type Options } from '../../protocol/recipe/options.ts';
import type { LabelsFrom } from './labels-from.ts';
import type { LayoutOptions } from './layout.ts';

const LABELS_FROM: readonly { readonly value: LabelsFrom; readonly label: string }[] = [
  { value: 'auto', label: 'what is found' },
  { value: 'folders', label: 'folders' },
  { value: 'table', label: 'a table beside the pictures' },
  { value: 'names', label: 'names, up to the first dot' },
];

export const folderOptions: readonly OptionSpec[] = [
  {
    kind: 'boolean',
    name: 'splitFolders',
    label: 'Split by top folders',
    help: 'Takes folders called train, validation and test as the split where there are any, in place of the fractions.',
    default: false,
    onPage: true,
  },
  {
    kind: 'choice',
    name: 'labelsFrom',
    label: 'Labels from',
    help: 'What says which class a picture has; the report tells what was found.',
    default: 'auto',
    choices: LABELS_FROM,
  },
  {
    kind: 'string',
    name: 'subfolder',
    label: 'Folder within each class',
    help: 'Reads only the folder of this name in each class, such as images; empty for all.',
    default: '',
  },
];

/** Reads them from checked options. */
export function layoutOptions(options: Options): LayoutOptions {
  return {
    takesSplit: flagOption(options, 'splitFolders'),
    labelsFrom: LABELS_FROM.find(({ value }) => value === options['labelsFrom'])?.value ?? 'auto',
    subfolder: textOption(options, 'subfolder'),
  };
}
