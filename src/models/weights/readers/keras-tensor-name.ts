/**
 * Owns how a tensor's path in a Keras or tfjs file becomes `<layer>/<weight>`, whatever the version that wrote it and
 * however deep the backbone lies inside another model.
 */

/** Variables of a layer in the order in which Keras 3 numbers them, by the layer's class in snake case. */
const NUMBERED: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['kernel', 'bias'],
  depthwise_conv2d: ['depthwise_kernel', 'bias'],
  dense: ['kernel', 'bias'],
  batch_normalization: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
  normalization: ['mean', 'variance', 'count'],
};

/**
 * From a path of names, as legacy `.h5` and tfjs files have them: the last two parts, without TensorFlow's `:0`.
 *
 * @param path For example `model_weights/mobilenetv2_1.00_224/Conv1/kernel:0`.
 */
export function namedTensor(path: string): string {
  const parts = path
    .replace(/:\d+$/u, '')
    .split('/')
    .filter((part) => part !== '');
  return parts.slice(-2).join('/');
}

/** Where Keras 3 keeps a variable: `layers/functional/layers/conv2d_3/vars/0`. */
export interface NumberedPath {
  /** The group that carries the layer's name. */
  readonly group: string;
  /** The layer's class in snake case, without its count. */
  readonly layerClass: string;
  readonly index: number;
}

/** Takes a Keras 3 path apart; null for any other path. */
export function parseNumberedPath(path: string): NumberedPath | null {
  const match = /^(.*?([^/]+)\/vars)\/(\d+)$/u.exec(path);
  if (match === null) return null;
  const [, group = '', folder = '', index = ''] = match;
  return { group, layerClass: folder.replace(/_\d+$/u, ''), index: Number(index) };
}

/** The variable's name within its layer. */
export function numberedWeight({ layerClass, index }: NumberedPath): string {
  return NUMBERED[layerClass]?.[index] ?? `vars/${index}`;
}

/** Whether a path belongs to an optimizer or a random generator: state of a training, not of the network. */
export function isTrainingState(path: string): boolean {
  return /(^|\/)(optimizer|optimizer_weights|seed_generator|metrics)(\/|$)/u.test(path);
}
