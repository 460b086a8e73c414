/** Owns Keras 3's files: `config.json` from the layers, their weights as HDF5, and both in the zip that is a `.keras`. */
import { writtenH5 } from '../../models/weights/readers/h5/write.ts';
import { fileOf, type Chunk, type ExportedFile, type ExportInput } from '../exporter.ts';
import { zipped } from '../package/zip.ts';
import { kerasLayers, type KerasLayer } from './layers.ts';

/** The version whose files these are, and that reads them in the tests. */
const KERAS_VERSION = '3.15.1';

/** Writes `model.keras` and `model.weights.h5`. */
export function kerasFiles(input: ExportInput): ExportedFile[] {
  const layers = kerasLayers(input);
  const weights = (path: string): ExportedFile => ({ path, chunks: () => weightsFile(layers) });
  const metadata = { keras_version: KERAS_VERSION, date_saved: new Date().toISOString().slice(0, 19) };
  const archive = [
    fileOf('metadata.json', JSON.stringify(metadata)),
    fileOf('config.json', JSON.stringify(configOf(input.model.name, layers))),
    weights('model.weights.h5'),
  ];
  return [{ path: 'model.keras', chunks: () => zipped(archive) }, weights('model.weights.h5')];
}

/** `config.json` of a functional model. */
function configOf(name: string, layers: readonly KerasLayer[]): object {
  const shapes = new Map(layers.map((layer) => [layer.name, layer.shape]));
  const end = (layer: KerasLayer | undefined): unknown[] => [layer?.name, 0, 0];
  return {
    // Keras' own way of writing it; it has no public one.
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name,
      trainable: true,
      layers: layers.map((layer) => layerConfig(layer, shapes)),
      input_layers: end(layers[0]),
      output_layers: end(layers.at(-1)),
    },
    registered_name: 'Functional',
  };
}

function layerConfig(
  { className, name, config, inputs }: KerasLayer,
  shapes: ReadonlyMap<string, readonly number[]>,
): object {
  const tensors = inputs.map((input) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...(shapes.get(input) ?? [])], dtype: 'float32', keras_history: [input, 0, 0] },
  }));
  // Layers that merge take a list.
  const args = tensors.length > 1 ? [tensors] : tensors;
  return {
    module: 'keras.layers',
    class_name: className,
    config: { name, dtype: 'float32', ...(className === 'InputLayer' ? {} : { trainable: true }), ...config },
    registered_name: null,
    name,
    inbound_nodes: inputs.length === 0 ? [] : [{ args, kwargs: {} }],
  };
}

/**
 * Weights lie at `layers/<class>[_n]/vars/<i>`, where n counts the layers of a class; the layer's name stands beside
 * them.
 */
function weightsFile(layers: readonly KerasLayer[]): AsyncIterable<Chunk> {
  return writtenH5(async (file, write) => {
    const root = file.create_group('layers');
    const counts = new Map<string, number>();
    for (const { className, name, weights } of layers) {
      const count = counts.get(className) ?? 0;
      counts.set(className, count + 1);
      if (weights.length === 0) continue;
      const group = root.create_group(`${snakeCase(className)}${count === 0 ? '' : `_${count}`}`);
      const variables = group.create_group('vars');
      variables.create_attribute('name', name);
      for (const [index, weight] of weights.entries()) await write(variables, String(index), weight);
    }
  });
}

/** @see keras.src.utils.naming.to_snake_case */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/gu, '')
    .replace(/(.)([A-Z][a-z]+)/gu, '$1_$2')
    .replace(/([a-z])([A-Z])/gu, '$1_$2')
    .toLowerCase();
}
