/**
 * Owns where ImageNet weights are fetched from, and for which network: repositories of the Hub whose weights are
 * Keras' own or compute what the paper's networks compute. One line each.
 */
import { HUB, hubFileUrl } from '../../platform/remote/hub.ts';
import type { RemoteFiles, RemoteOptions, RemoteSource } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

export interface ImagenetSource {
  readonly backbone: string;
  /** Options that the weights are for; the recipe's must be equal. */
  readonly options: Readonly<Record<string, number>>;
  readonly repo: string;
  readonly revision: string;
  readonly path: string;
  /** Bytes that the network takes of the file, where most of it is a classifier that is left where it is. */
  readonly wantedBytes?: number;
}

const hub = (
  backbone: string,
  repo: string,
  options: Readonly<Record<string, number>> = {},
  wantedBytes?: number,
): ImagenetSource => ({
  backbone,
  options,
  ...(wantedBytes === undefined ? {} : { wantedBytes }),
  repo,
  revision: 'main',
  path: 'model.safetensors',
});

const SOURCES: readonly ImagenetSource[] = [
  hub('mobilenetv2', 'google/mobilenet_v2_1.0_224', { alpha: 1 }),
  hub('efficientnetb0', 'timm/tf_efficientnet_b0.aa_in1k'),
  hub('efficientnetb1', 'timm/tf_efficientnet_b1.aa_in1k'),
  hub('efficientnetb2', 'timm/tf_efficientnet_b2.aa_in1k'),
  hub('efficientnetb3', 'timm/tf_efficientnet_b3.aa_in1k'),
  hub('efficientnetb4', 'timm/tf_efficientnet_b4.aa_in1k'),
  hub('efficientnetb5', 'timm/tf_efficientnet_b5.aa_in1k'),
  hub('efficientnetb6', 'timm/tf_efficientnet_b6.aa_in1k'),
  hub('efficientnetb7', 'timm/tf_efficientnet_b7.aa_in1k'),
  hub('vgg16', 'timm/vgg16.tv_in1k', {}, 58_858_752),
  hub('vgg19', 'timm/vgg19.tv_in1k', {}, 80_097_536),
];

/** Read with the first request; the header of every one of these files fits. */
const FIRST_BYTES = 64 * 2 ** 10;

/**
 * The Hub's file for a recipe's backbone.
 *
 * @param options The backbone's options, defaults filled in.
 * @throws StudioError `model/weights-no-imagenet`
 */
export function imagenetSource(
  recipe: Recipe['backbone'],
  options: Readonly<Record<string, unknown>>,
): ImagenetSource {
  const ofBackbone = SOURCES.filter(({ backbone }) => backbone === recipe.name);
  const found = ofBackbone.find((source) =>
    Object.entries(source.options).every(([name, value]) => options[name] === value),
  );
  if (found !== undefined) return found;
  const known = ofBackbone.map((source) => JSON.stringify(source.options)).join(', ');
  throw new StudioError({
    code: 'model/weights-no-imagenet',
    message: `ImageNet weights for ${recipe.name} are fetched for ${known || 'none of its forms'}; the recipe asks for ${JSON.stringify(options)}.`,
    hint: 'Choose a form that there are weights for, a weight file of your own, or random weights.',
  });
}

/**
 * Opens it. The address is the Hub's, which redirects anew at each request; what is read stays on this machine.
 *
 * @throws StudioError `net/…`
 */
export function openImagenet(
  source: ImagenetSource,
  platform: Pick<RemoteFiles, 'openRemote'>,
  {
    hub,
    ...remote
  }: { hub?: string | undefined } & Omit<RemoteOptions, 'label' | 'wantedBytes' | 'firstBytes'>,
): Promise<RemoteSource> {
  const url = imagenetUrl(source, hub);
  const { repo: label, wantedBytes } = source;
  return platform.openRemote(url, { ...remote, label, wantedBytes, firstBytes: FIRST_BYTES });
}

/** The stable address, under which the store of downloads keeps it. */
export function imagenetUrl({ repo, revision, path }: ImagenetSource, hub: string = HUB): string {
  return hubFileUrl({ kind: 'model', repo, revision, path }, hub);
}
