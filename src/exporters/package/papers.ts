/**
 * Owns the papers that travel with every export: what the network is, what it takes and gives, where its weights came
 * from and how well it did, once for people (`README.md`, a model card) and once for programs (`mien.json`). Neither
 * holds a path of the user's machine: files are named without their folders.
 */
import type { Preprocessing } from '../../models/backbones/backbone.ts';
import { findBackbone } from '../../models/backbones/registry.ts';
import type { ExporterEntry } from '../../protocol/catalog.ts';
import {
  fileOf,
  type ExportedFile,
  type ExportInput,
  type ModelFile,
  type WrittenNetwork,
} from '../exporter.ts';
import { isTorchBorn, TORCH_EPSILON } from '../network/born.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import { cardHead, dataText, INTENDED, limitsText, testText } from './card.ts';
import type { Rounding } from './proof.ts';
import { originOf, withoutPaths } from './without-paths.ts';

/** The network as one format writes it. */
export interface PackedFormat {
  readonly entry: ExporterEntry;
  readonly written: WrittenNetwork;
  /** What rounding does to its files, by their paths. */
  readonly roundings: ReadonlyMap<string, Rounding>;
}

/**
 * Files that are carried beside the network, and what must be said of it: how much rounding changes.
 *
 * @param formats one, or several that lie beside each other in folders of their names
 */
export function papersOf(
  input: ExportInput,
  formats: readonly PackedFormat[],
): { papers: ExportedFile[]; notes: string[] } {
  const notes = formats.flatMap(({ entry, written, roundings }) => [
    ...written.models.flatMap((model) => {
      const rounding = roundings.get(model.path);
      const path = formats.length === 1 ? model.path : `${entry.name}/${model.path}`;
      return rounding === undefined ? [] : [roundingInWords({ ...model, path }, rounding)];
    }),
    ...(written.notes ?? []),
  ]);
  const papers = [
    fileOf('README.md', readme(input, formats, notes)),
    fileOf('labels.json', `${JSON.stringify(input.labels)}\n`),
    fileOf('mien.json', `${JSON.stringify(factsOf(input), null, 2)}\n`),
  ];
  return { papers, notes };
}

/** All that is needed to use the network and to make it again. */
export function factsOf(input: ExportInput): object {
  const { labels, preprocessing, recipe, weights, test, versions, kept } = input;
  return {
    labels,
    input: {
      size: recipe.image.size,
      resize: recipe.image.resize,
      orientation: recipe.image.orientation,
      crop: cropOf(recipe),
      colour: 'RGB, uint8',
    },
    preprocessing: {
      ...preprocessing,
      formula: 'y[c] = x[order[c]] * scale[c] + offset[c], x from 0 to 255',
    },
    flavour: flavourOf(input),
    backboneWeights: { ...weights, origin: originOf(input) },
    recipe: withoutPaths(recipe),
    kept,
    test: test === null ? null : { loss: test.loss, accuracy: test.accuracy, macroF1: test.macroF1 },
    versions,
    ...(input.computed !== undefined && { computed: input.computed }),
  };
}

/** What the backbone is built with where its weights are not born in Keras; null for Keras' own. */
function flavourOf(input: ExportInput): object | null {
  return isTorchBorn(input) ? { padding: 'symmetric', epsilon: TORCH_EPSILON } : null;
}

/** What pictures are cut to before they are resized; null for nothing. */
function cropOf({ image }: FullRecipe): object | null {
  if (image.crop === 'none') return null;
  const { cropMargin: margin, withoutFace } = image;
  return { to: 'the largest face, as a square', margin, detector: DETECTOR, withoutFace };
}

const DETECTOR = 'BlazeFace short range (MediaPipe)';

/** What whoever uses it must do first; nothing where it takes whole pictures. */
function cropText({ image }: FullRecipe): string[] {
  if (image.crop === 'none') return [];
  const without =
    image.withoutFace === 'whole'
      ? 'pictures in which no face was found it got whole'
      : 'it has never seen a picture in which no face was found';
  return [
    `**Cut each picture to the face first.** This network was trained on faces alone: the largest face that ${DETECTOR} finds, as a square around its middle whose side is ${number(1 + 2 * image.cropMargin)} times the face's longer one, within the picture; ${without}. The files here do not cut: they take what you cut.`,
  ];
}

const PROOF = [
  '## Proof',
  '`proof/` holds pictures (drawn faces and noise, none of the training set), the probabilities that Mien computed for them, and a checker that runs these files and says whether they agree.',
];

function readme(input: ExportInput, formats: readonly PackedFormat[], notes: readonly string[]): string {
  const { labels, recipe, weights, test, versions, kept } = input;
  const { label: backbone } = findBackbone(recipe.backbone.name).entry;
  const { size, resize, orientation } = recipe.image;
  const turned =
    orientation === 'exif'
      ? 'Pictures are turned as their Exif note says (Pillow: `ImageOps.exif_transpose`), then they'
      : 'Pictures are taken as they are stored, whatever their Exif note says; they';
  const lines = [
    cardHead(
      input,
      formats.map(({ entry }) => entry.name),
    ),
    `# ${backbone}, ${labels.length} classes`,
    `An image classifier, trained with Mien ${versions['mien'] ?? ''} and written as ${formats.map(({ entry }) => entry.label).join(', ')}.`,
    ...INTENDED,
    '## Use',
    ...cropText(recipe),
    ...useText(formats),
    '## What goes in and what comes out',
    `${turned} are resized to ${size} by ${size} pixels, not keeping their shape (Mien did it as Pillow's \`resize\` with ${resize}). ${preprocessingInWords(input.preprocessing)}`,
    `Out come ${labels.length} probabilities for each picture, in this order: ${labels.join(', ')}. \`labels.json\` has them for programs.`,
    ...dataText(input),
    '## Where it comes from',
    `Backbone: ${backbone}. Its weights at the start: ${originOf(input)}${weights.sha256 === null ? '' : ` (SHA-256 of the values ${weights.sha256})`}. \`mien.json\` has the recipe, with which it can be trained again.${input.computed === undefined ? '' : ` ${input.computed}.`}`,
    ...keptText(recipe, kept),
    ...testText(input),
    ...notes,
    ...(test === null && input.history.length === 0
      ? []
      : ['`papers/` has what the run measured, as CSV and JSON, and its charts as SVG and PNG.']),
    ...(formats.every(({ written }) => written.checker === null) ? [] : PROOF),
    ...limitsText(input),
  ];
  return `${lines.join('\n\n')}\n`;
}

/** How the files are used; of several formats each under its name and its folder. */
function useText(formats: readonly PackedFormat[]): string[] {
  if (formats.length === 1) return formats.map(({ written }) => written.guide);
  const each = formats.flatMap(({ entry, written }) => [
    `### ${entry.label}, in \`${entry.name}/\``,
    `${entry.help} From within that folder:`,
    written.guide,
  ]);
  return ['Each folder is whole by itself, with its own proof.', ...each];
}

/** Which phase's network it is, where it is not the last one's. */
function keptText({ phases }: FullRecipe, kept: ExportInput['kept']): string[] {
  if (kept === null || kept.why === 'last') return [];
  const phase = `It is the network of phase ${(kept.phaseIndex + 1).toString()} of ${phases.length.toString()} (${phases[kept.phaseIndex]?.name ?? ''})`;
  return kept.why === 'best'
    ? [`${phase}, the best on the validation pictures, as the recipe has it.`]
    : [
        `${phase}, chosen after the test had been seen: what the test says of it is a little better than it is on others.`,
      ];
}

/** For example `Each channel is divided by 127.5, less 1`. */
function preprocessingInWords({ order, scale, offset }: Preprocessing): string {
  const names = ['red', 'green', 'blue'];
  const channels = order.map(
    (from, channel) =>
      `${names[from] ?? ''} * ${number(scale[channel] ?? 1)} ${sign(offset[channel] ?? 0)} ${number(Math.abs(offset[channel] ?? 0))}`,
  );
  return `The network's three channels are, of values from 0 to 255: ${channels.join('; ')}.`;
}

const number = (value: number): string => Number(value.toPrecision(9)).toString();
const sign = (value: number): string => (value < 0 ? '-' : '+');

/** With advice where it does much. */
function roundingInWords(
  { path, precision, rounded }: ModelFile,
  { same, of, largestDifference }: Rounding,
): string {
  const advice =
    precision === 'int8' && same < 0.95 * of ? ' That is little: take the float16 file instead.' : '';
  const what = rounded === undefined ? 'its weights' : 'all that it computes with';
  return `${path} has ${what} rounded to ${precision}: the answer stayed the same for ${same} of ${of} drawn faces and noise pictures, and no probability changed by more than ${largestDifference.toFixed(4)}.${advice}`;
}
