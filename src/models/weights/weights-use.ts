/**
 * Owns how a file's weights are used: what a picture becomes before the network, who says so, what of the file is left
 * out, and what of it must be known although it can be done.
 */
import { countOf, formatPlain } from '../../lib/format.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { FullBackbone } from '../../protocol/recipe/full-recipe.ts';
import type { WeightsUse } from '../../protocol/model.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { isWeightsFile } from '../../protocol/recipe/own-weights.ts';
import {
  PREPROCESSING_MODES,
  unitPreprocessing,
  type Backbone,
  type Preprocessing,
} from '../backbones/backbone.ts';
import type { NameMap, Pictures } from './name-maps/name-map.ts';
import type { WeightFile } from './readers/weight-file.ts';

type Scale = Recipe['image']['scale'];

/** A network whose inputs span less than this part of what it was trained on sees next to nothing. */
const LEAST_SPAN = 0.1;

export interface UsedFile {
  readonly file: Pick<WeightFile, 'preprocessing'>;
  readonly map: Pick<NameMap, 'pictures'>;
  readonly backbone: Backbone;
  /** Tensors that no backbone claims. */
  readonly leftOut: readonly string[];
  readonly scale: Scale;
}

/**
 * How a recipe uses a file.
 *
 * @throws StudioError `model/weights-preprocessing` where nothing can tell what a picture becomes
 */
export async function weightsUse({ weights }: FullBackbone, used: UsedFile): Promise<WeightsUse> {
  const { file, map, backbone, scale } = used;
  const asked = isWeightsFile(weights) ? weights.preprocessing : undefined;
  const isSaid = asked !== undefined || file.preprocessing !== null;
  const pictures: Pictures = isSaid && scale === 'backbone' ? UNASKED : await map.pictures();
  const said = asked === undefined ? file.preprocessing : PREPROCESSING_MODES[asked];
  const preprocessing = preprocessingFor(scale, backbone, pictures, said);
  const saidBy = asked !== undefined ? 'recipe' : file.preprocessing !== null ? 'file' : pictures.saidBy;
  const leftOut = [
    ...pictures.leftOut.map((layer) => `${layer} before the network`),
    ...layersOf(used.leftOut),
  ];
  return {
    preprocessing,
    saidBy,
    usual: backbone.preprocessing,
    leftOut,
    notices: noticesOf({ preprocessing, saidBy, pictures, backbone }).map((notice) => notice.toWire()),
  };
}

const UNASKED: Pictures = { preprocessing: null, inside: null, leftOut: [], saidBy: 'nobody' };

/**
 * What becomes of a picture before the network.
 *
 * @param pictures what the weights' own layers, or those who name them this way, say of it
 * @param said what the recipe or the file says of all that is done to a picture
 */
export function preprocessingFor(
  scale: Scale,
  backbone: Backbone,
  pictures: Pick<Pictures, 'preprocessing' | 'inside'> | null = null,
  said: Preprocessing | null = null,
): Preprocessing {
  if (scale === 'unit') {
    const inside = pictures?.inside ?? backbone.preprocessing;
    return unitPreprocessing(backbone.stoodIn === undefined ? null : inside);
  }
  return said ?? pictures?.preprocessing ?? backbone.preprocessing;
}

/** Layers of tensors, each once; what is read for pictures, and PyTorch's counters, are no loss. */
function layersOf(tensors: readonly string[]): string[] {
  const layers = tensors
    .filter((name) => !/(^|\/)normalization[^/]*\/|\.num_batches_tracked$/u.test(name))
    .map((name) => name.replace(/(\/vars)?[/.][^/.]+$/u, ''));
  return [...new Set(layers)];
}

interface Noticed {
  readonly preprocessing: Preprocessing;
  readonly saidBy: WeightsUse['saidBy'];
  readonly pictures: Pictures;
  readonly backbone: Backbone;
}

function noticesOf({ preprocessing, saidBy, pictures, backbone }: Noticed): StudioError[] {
  const notices: StudioError[] = [];
  if (saidBy === 'nobody') notices.push(nobodySays(preprocessing));
  if (pictures.leftOut.length > 0) notices.push(leftOutBefore(pictures.leftOut));
  const span = Math.min(
    ...preprocessing.scale.map((scale, channel) => Math.abs(scale / backbone.preprocessing.scale[channel]!)),
  );
  if (span < LEAST_SPAN) notices.push(narrow(preprocessing, backbone));
  return notices;
}

function nobodySays(preprocessing: Preprocessing): StudioError {
  return new StudioError({
    code: 'model/weights-preprocessing-unknown',
    message: `The weights do not say what pictures become before the network; taken: ${rangeOf(preprocessing)}.`,
    hint: 'If they were trained on something else, say so beside the file (in a recipe, "preprocessing" in backbone.weights).',
  });
}

function leftOutBefore(layers: readonly string[]): StudioError {
  return new StudioError({
    code: 'model/weights-left-out',
    message: `Before the backbone the file has ${countOf(layers.length, 'layer')} that ${layers.length === 1 ? 'is' : 'are'} left out: ${layers.join(', ')}. Pictures go straight into the backbone.`,
    hint: 'That is right where they only brought pictures to size or to three channels.',
  });
}

function narrow(preprocessing: Preprocessing, { preprocessing: usual }: Backbone): StudioError {
  return new StudioError({
    code: 'model/weights-narrow',
    message: `Pictures become ${rangeOf(preprocessing)}; this backbone was trained on ${rangeOf(usual)}. They span less than a tenth of that, so it sees next to nothing.`,
    hint: 'Probably pictures are scaled twice, or not as the weights want it: choose what they become beside the file.',
  });
}

/** `0 to 255 become -1 to 1`. */
export function rangeOf({ scale, offset }: Preprocessing): string {
  const ends = scale.flatMap((value, channel) => [offset[channel]!, value * 255 + offset[channel]!]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return `${rounded(low)} to ${rounded(high)}`;
}

function rounded(value: number): string {
  return formatPlain(Number(value.toPrecision(3)));
}
