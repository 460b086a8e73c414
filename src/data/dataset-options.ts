/** Owns the options that every source has: what to do about copies and about classes with too few pictures. */
import type { OptionSpec } from '../protocol/catalog.ts';
import { numberOption, type Options } from '../protocol/recipe/options.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';

/** What to do with pictures that are there more than once. */
export type CopiesChoice = 'keep' | 'drop' | 'together';

const CHOICES = [
  { value: 'keep', label: 'keep all' },
  { value: 'drop', label: 'keep the first' },
  { value: 'together', label: 'keep in one part' },
] as const;

/** Declared for every source, after its own. */
export const datasetOptions: readonly OptionSpec[] = [
  {
    kind: 'choice',
    name: 'duplicates',
    label: 'Copies of a file',
    help: 'What to do with pictures whose files are the same.',
    default: 'keep',
    choices: CHOICES,
  },
  {
    kind: 'choice',
    name: 'nearDuplicates',
    label: 'Near copies',
    help: 'What to do with pictures that look the same but were saved another way.',
    default: 'keep',
    choices: CHOICES,
  },
  {
    kind: 'number',
    name: 'leastPictures',
    label: 'Least pictures of a class',
    help: 'Classes with fewer pictures are left out; 0 keeps all.',
    default: 0,
    min: 0,
    max: 100_000,
    step: 1,
  },
];

/** The options of {@link datasetOptions}, read, and what becomes of pictures without a face. */
export interface CuratingOptions {
  readonly withoutFace: Recipe['image']['withoutFace'];
  readonly duplicates: CopiesChoice;
  readonly nearDuplicates: CopiesChoice;
  readonly leastPictures: number;
}

/** Reads them from checked options. */
export function curatingOptions(options: Options, { withoutFace }: Recipe['image']): CuratingOptions {
  return {
    withoutFace,
    duplicates: copiesChoice(options['duplicates']),
    nearDuplicates: copiesChoice(options['nearDuplicates']),
    leastPictures: numberOption(options, 'leastPictures'),
  };
}

/** The options that the rows read depend on: all but those of {@link datasetOptions}. */
export function readingOptions(options: Options): Options {
  const curating = new Set(datasetOptions.map(({ name }) => name));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !curating.has(name)));
}

function copiesChoice(value: unknown): CopiesChoice {
  return CHOICES.find((choice) => choice.value === value)?.value ?? 'keep';
}
