/**
 * Owns how a tensor's path in a Keras file becomes `<models>/<layer>/<weight>`, whatever the version that wrote it and
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
 * A tensor's name from its path in HDF5.
 *
 * @param path For example `model_weights/mobilenetv2_1.00_224/Conv1/kernel:0`, or
 * `layers/functional/layers/conv2d_3/vars/0`.
 * @param nameAt The name that Keras 3 keeps with a group; null where there is none.
 */
export function kerasTensorName(path: string, nameAt: (group: string) => string | null): string {
  return numberedName(path, nameAt) ?? plainTensorName(path.replace(/^model_weights\//u, ''));
}

/**
 * From a path of names, as legacy `.h5` and tfjs files have them. A layer's own group comes before what TensorFlow
 * calls its variables, which may be another name when it was built twice (`Conv1/Conv1_1/kernel:0`).
 */
export function plainTensorName(path: string): string {
  const parts = path
    .replace(/:\d+$/u, '')
    .split('/')
    .filter((part) => part !== '');
  const [group = ''] = parts;
  const [layer = '', weight = ''] = parts.slice(-2);
  const isOwnGroup = parts.length > 2 && (layer === group || withoutCount(layer) === group);
  return isOwnGroup ? `${group}/${weight}` : parts.join('/');
}

/** A name without the count that TensorFlow puts behind that of a layer which it has built before. */
export function withoutCount(layer: string): string {
  return layer.replace(/_\d+$/u, '');
}

/** Keras 3's way: the layers' names, and those of the models around them, lie beside the numbers; null for any other path. */
function numberedName(path: string, nameAt: (group: string) => string | null): string | null {
  const match = /^(.*?([^/]+)\/vars)\/(\d+)$/u.exec(path);
  if (match === null) return null;
  const [, group = '', folder = '', index = ''] = match;
  const layerClass = withoutCount(folder);
  const weight = NUMBERED[layerClass]?.[Number(index)] ?? `vars/${index}`;
  const layer = nameAt(group);
  // Before Keras wrote the name beside, only the class is known: still unlike any other path.
  if (layer === null) return `${group}/${weight}`;
  const models = [...group.matchAll(/\/layers\//gu)].map(({ index: end }) => {
    const model = group.slice(0, end);
    return nameAt(`${model}/vars`) ?? model.slice(model.lastIndexOf('/') + 1);
  });
  return [...models, layer, weight].join('/');
}

/** Whether a path belongs to an optimizer or a random generator: state of a training, not of the network. */
export function isTrainingState(path: string): boolean {
  return /(^|\/)(optimizer|optimizer_weights|seed_generator|metrics)(\/|$)/u.test(path);
}
