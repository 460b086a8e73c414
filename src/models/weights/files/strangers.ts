/**
 * Owns what is often taken for weights that Mien can use and is not: other formats, other networks, and what stands in
 * a file's place. Each is named for what it is, with what to do.
 */
import { StudioError } from '../../../protocol/errors.ts';
import { BACKBONES } from '../../backbones/registry.ts';
import { isOwnOnnx } from '../readers/onnx-file.ts';
import type { WeightFile } from '../readers/weight-file.ts';

interface Format {
  /** With its article: "a PyTorch checkpoint". */
  readonly what: string;
  readonly hint: string;
  /** By the first 512 bytes, the same as text, and the file's name in small letters. */
  readonly is: (head: Uint8Array, text: string, name: string) => boolean;
}

const FROM_TORCH =
  'Save it as safetensors: safetensors.torch.save_model(model, "model.safetensors"), with timm’s config.json beside it.';
const FROM_KERAS = 'Take the Keras model that it was made from, as .keras or .h5.';

const FORMATS: readonly Format[] = [
  {
    what: 'a pointer of Git LFS, which stands for the file that was not fetched',
    hint: 'Fetch the file itself: "git lfs pull", or the download button on the Hub.',
    is: (_, text) => text.startsWith('version https://git-lfs'),
  },
  {
    what: 'a web page, which came in the place of the file',
    hint: 'Copy the address of the file itself, not of the page that shows it; on the Hub that has /resolve/ in it.',
    is: (_, text) => /^\s*<(!doctype html|html|head|\?xml)/iu.test(text),
  },
  {
    what: 'a PyTorch checkpoint (pickle)',
    hint: FROM_TORCH,
    is: (head) => head[0] === 0x80 && head[1] !== undefined && head[1] >= 2 && head[1] <= 5,
  },
  { what: 'a TensorFlow Lite model', hint: FROM_KERAS, is: (_, text) => text.slice(4, 8) === 'TFL3' },
  {
    what: 'a TensorFlow graph (SavedModel)',
    hint: 'Load it with Keras and save it as .keras: keras.layers.TFSMLayer holds no weights by layer.',
    is: (_, __, name) => name.endsWith('.pb') || /(^|\/)variables\.(index|data-\S+)$/u.test(name),
  },
  {
    what: 'an ONNX model of another program, whose layers are dissolved',
    hint: 'Take the model that it was made from; of ONNX only what Mien wrote comes back.',
    is: (head, _, name) => name.endsWith('.onnx') && !isOwnOnnx(head),
  },
  { what: 'a GGUF file', hint: 'It holds a language model.', is: (_, text) => text.startsWith('GGUF') },
  { what: 'an array of NumPy', hint: FROM_KERAS, is: (_, text) => text.slice(1, 6) === 'NUMPY' },
];

/** What a file is that cannot be read; null where nobody knows. */
export function strangeFormat(head: Uint8Array, path: string): StudioError | null {
  const text = new TextDecoder('latin1').decode(head);
  const found = FORMATS.find(({ is }) => is(head, text, path.toLowerCase()));
  return found === undefined ? null : strange(path, found.what, found.hint);
}

/** What a zip's entries make of it. */
export function strangeArchive(paths: readonly string[]): StudioError | null {
  if (paths.some((path) => /(^|\/)data\.pkl$/u.test(path)))
    return strange('The zip', 'a PyTorch checkpoint (pickle)', FROM_TORCH);
  if (paths.length > 0 && paths.every((path) => path.endsWith('.npy')))
    return strange('The zip', 'arrays of NumPy', FROM_KERAS);
  return null;
}

/** What a JSON file says that it belongs to. */
export function strangeJson(value: unknown, path: string): StudioError | null {
  const { format, weight_map: shards, ...rest } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (format === 'graph-model') {
    return strange(
      path,
      'a TensorFlow.js graph model, whose layers are dissolved',
      'Convert the Keras model again as a layers model: tensorflowjs_converter --output_format=tfjs_layers_model.',
    );
  }
  if (typeof shards === 'object' && shards !== null) {
    return strange(
      path,
      'the index of weights in several files',
      'Save them in one file: model.save_pretrained(folder, max_shard_size="10GB").',
    );
  }
  const settings = rest['modelSettings'] as { posenet?: unknown } | null | undefined;
  if (String(rest['packageName']).endsWith('/pose') || settings?.posenet !== undefined) {
    return strange(
      path,
      'a Teachable Machine model of poses',
      'Export an image project: poses have no picture network to train.',
    );
  }
  if (Array.isArray(rest['wordLabels'])) {
    return strange(
      path,
      'a Teachable Machine model of sounds',
      'Export an image project: sounds have no picture network to train.',
    );
  }
  return null;
}

/** Networks of others by the names of their tensors, or by what their library calls them. */
const NETWORKS: readonly (readonly [label: string, tensor: RegExp, architecture: RegExp])[] = [
  [
    'a vision transformer (ViT)',
    /(^|\.)(cls_token|attn\.qkv\.weight|encoder\.layer\.0\.attention\.)/u,
    /^(vit|deit|swin|beit)/iu,
  ],
  ['a ResNet', /(^|\/)conv2_block1_1_conv\/|(^|\.)layer1\.0\.conv1\.weight$|resnet\./u, /^res(net|next)/iu],
  [
    'a MobileNetV3',
    /(^|\/)expanded_conv_1\/expand|(^|\/)(Conv_2|re_lu_\d+\/)|blocks\.0\.0\.conv_pw.*|features\.1\.block\.0\.0\.weight$/u,
    /^(tf_)?mobilenetv?3/iu,
  ],
  ['a MobileNetV1', /(^|\/)conv_(dw|pw)_1\/|(^|\.)mobilenet_v1\./u, /^mobilenet_?v?1/iu],
  [
    'an EfficientNetV2',
    /(^|\/)block1a_project_conv\/.*|(^|\/)block4a_se_reduce\/|efficientnetv2/u,
    /efficientnetv2/iu,
  ],
  ['a DenseNet', /(^|\/)conv2_block1_0_bn\/|denseblock1\./u, /^densenet/iu],
  ['an Inception network', /(^|\/)(mixed\d|Mixed_)|(^|\.)Mixed_5b\./u, /^inception/iu],
  ['an Xception', /(^|\/)block1_conv1_bn\/|(^|\/)block2_sepconv1\//u, /^xception/iu],
  [
    'a ConvNeXt',
    /convnext|(^|\.)stages\.0\.blocks\.0\.conv_dw\.weight$|downsample_layers\.0\./u,
    /^convnext/iu,
  ],
  ['a VGG with BatchNorm', /(^|\.)features\.1\.running_mean$/u, /^vgg\d+_bn/iu],
  [
    'a language model',
    /(^|\.)(wte\.weight|embed_tokens\.weight|word_embeddings\.weight)$/u,
    /^(gpt|llama|bert)/iu,
  ],
];

/** Which other network a file is of; null where that cannot be told. */
export function strangeNetwork({
  tensors,
  architecture,
}: Pick<WeightFile, 'tensors' | 'architecture'>): StudioError | null {
  const names = [...tensors.keys()];
  const found = NETWORKS.find(
    ([, tensor, word]) =>
      (architecture !== null && word.test(architecture)) || names.some((name) => tensor.test(name)),
  );
  if (found === undefined) return null;
  return new StudioError({
    code: 'model/weights-other-network',
    message: `Weights of ${knownNetworks()} were expected; the file has those of ${found[0]}.`,
    hint: 'Take weights of one of these networks: Keras, torchvision, timm and transformers have all of them.',
  });
}

/** The networks that Mien trains, by name. */
export function knownNetworks(): string {
  const names = BACKBONES.map(({ entry }) => entry.label);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

function strange(path: string, what: string, hint: string): StudioError {
  return new StudioError({
    code: 'model/weights-other-format',
    message: `Weights were expected as safetensors, Keras HDF5 or .keras, or a TensorFlow.js layers model; ${path === '' ? 'the file' : path} is ${what}.`,
    hint,
  });
}
