/**
 * Owns taking a classifier that Mien did not write for one of its networks: a Teachable Machine export, a Keras or
 * TensorFlow.js model around a backbone that Mien knows. Its layers say which backbone it is, what its head is and how
 * large its pictures are; its class names lie beside it.
 */
import { fittingBackbone } from '../models/describe-weights.ts';
import { buildBackbone } from '../models/backbones/registry.ts';
import { openWeightSetFor } from '../models/load-weights.ts';
import type { SetFile } from '../models/weights/files/file-set.ts';
import type { WeightFile } from '../models/weights/readers/weight-file.ts';
import type { Platform } from '../platform/platform.ts';
import { invariant, StudioError } from '../protocol/errors.ts';
import type { FullBackbone } from '../protocol/recipe/full-recipe.ts';
import { parseRecipe, type Recipe } from '../protocol/recipe/recipe.ts';
import { unpacked, type Exported } from './exported.ts';
import { headOf, type FoundHead } from './head.ts';

/** What most of them take. */
const USUAL_SIZE = 224;

/** Asked about first, where it fits; others are tried too. */
const ANY_BACKBONE: FullBackbone = { name: 'mobilenetv2', alpha: 1, weights: 'random' };

/**
 * Finds the one among files.
 *
 * @throws StudioError `model/weights-…` where none is for a network that Mien knows, `model/import-other-head`,
 * `model/import-labels`, `model/import-pictures`, `model/import-unknown` where nothing came
 */
export async function findClassifier(
  given: readonly SetFile[],
  platform: Pick<Platform, 'startH5Thread'>,
): Promise<Exported> {
  const files = await unpacked(given);
  const [first, ...others] = files;
  if (first === undefined) throw noFile();
  const asked: FullBackbone = Object.assign({}, ANY_BACKBONE, { weights: { file: first.path } });
  const { file, maps } = await openWeightSetFor(asked, { files, sibling: null, platform });
  invariant(file !== null, 'weights of files have a file');
  const { backbone } = fittingBackbone(asked, file, maps);
  const head = headOf(file, endOf(backbone));
  const { labels } = file;
  if (labels?.length !== head.classes || head.classes < 2) throw labelsMissing(head.classes, labels);
  return {
    ...{ labels: [...labels], head: head.layers, proof: null, flavour: null, versions: {} },
    recipe: recipeOf(backbone, head, sizeOf(file)),
    files: [first, ...others],
    backboneWeights: { origin: nameOf(first.path), sizeBytes: 0, sha256: null },
    notes: notesOf(file),
  };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Name of a backbone's last layer. */
function endOf(backbone: FullBackbone): string {
  const { model } = buildBackbone(backbone, USUAL_SIZE);
  const name = model.layers.at(-1)?.name ?? '';
  model.dispose();
  return name;
}

/** As nothing was trained here, only what a picture goes through counts. */
function recipeOf(backbone: FullBackbone, { hidden, dropout }: FoundHead, size: number): Recipe {
  const { weights: _, ...form } = backbone;
  return parseRecipe({
    dataset: { source: 'folder' },
    image: { size, resize: 'bilinear', orientation: 'exif' },
    backbone: form,
    head: { hidden, dropout: Math.min(dropout, 0.99) },
    phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
  });
}

/** Side of its pictures. @throws StudioError `model/import-pictures` where they are no squares of three channels */
function sizeOf({ topology }: WeightFile): number {
  const shapes = [...(topology?.values() ?? [])].map(
    ({ config }) => config['batch_input_shape'] ?? config['batch_shape'],
  );
  const shape = shapes.find((one): one is unknown[] => Array.isArray(one) && one.length === 4);
  const [, height, width, channels] = shape ?? [];
  if (height == null && width == null) return USUAL_SIZE;
  if (height === width && channels === 3 && typeof height === 'number' && height >= 32 && height <= 1024)
    return height;
  throw new StudioError({
    code: 'model/import-pictures',
    message: `A network was expected that takes square pictures of 32 to 1024 pixels a side in three channels; it takes ${String(height)} by ${String(width)} in ${String(channels)}.`,
    hint: 'Begin with its weights under Model: that takes the backbone, at a size of your choice.',
  });
}

function notesOf({ topology, format }: WeightFile): string[] {
  const layers = [...(topology?.values() ?? [])];
  const isTeachable = format === 'tfjs' && layers.some(({ name }) => name === 'dense_Dense1');
  return [
    'Mien did not write it: how its pictures were brought to size is not known. Here they are taken whole, by bilinear resizing.',
    ...(isTeachable
      ? [
          'Teachable Machine cuts pictures to the square in their middle first: square pictures are answered alike.',
        ]
      : []),
  ];
}

function labelsMissing(classes: number, labels: readonly string[] | null): StudioError {
  return new StudioError({
    code: 'model/import-labels',
    message: `Names of at least two classes were expected, ${classes.toString()} for what the network tells apart; ${labels === null ? 'none came' : `${labels.length.toString()} came`}.`,
    hint: 'Put them beside it, with the network in one folder or zip: labels.txt with a name a line, or labels.json with a list.',
  });
}

function noFile(): StudioError {
  return new StudioError({
    code: 'model/import-unknown',
    message:
      'A network was expected: an export of Mien, or a classifier of Teachable Machine, Keras or TensorFlow.js. No file came.',
    hint: 'Pick its files, its folder or its zip.',
  });
}
