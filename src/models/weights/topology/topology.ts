/**
 * Owns what Keras and tfjs write of a network beside its numbers: `model_config` in `.h5`, `config.json` in `.keras`,
 * `modelTopology` in tfjs' `model.json`. Models inside models are laid flat, so that what a picture goes through is
 * one chain from the input to the backbone, however deep that lies. Anything may stand in such a file: what is not
 * understood is left out here, and whoever needs it says so.
 *
 * @see keras.Model.get_config
 */

/** What a layer is called with: outputs of layers, by their path, and plain numbers, in the order of the call. */
export type Operand = { readonly from: string } | { readonly value: number };

/** A layer that is no model itself. */
export interface TopologyLayer {
  /** Names from the outermost model inwards, the layer's own last, with slashes; the whole's own name is left out. */
  readonly path: string;
  readonly name: string;
  /** Path of the model that it is in; empty for the whole. */
  readonly scope: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly operands: readonly Operand[];
}

/** Layers by path, in the file's order, which puts what is read before who reads it. */
export type Topology = ReadonlyMap<string, TopologyLayer>;

type Json = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 16;
const MAX_LAYERS = 50_000;

/** Lays a model's configuration flat; null where it is none. */
export function parseTopology(value: unknown): Topology | null {
  const outer = record(value);
  // tfjs' converter writes Keras' own text one level down.
  const model = record(outer?.['model_config']) ?? outer;
  if (model === null || layersOf(model) === null) return null;
  const layers = new Map<string, TopologyLayer>();
  flatten(model, { scope: '', given: [], depth: 0 }, layers);
  return layers.size === 0 ? null : layers;
}

/** The same from JSON text. */
export function topologyFromText(text: string | null): Topology | null {
  if (text === null) return null;
  try {
    return parseTopology(JSON.parse(text));
  } catch (error) {
    // A file whose description is damaged is read without one.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

interface Inside {
  readonly scope: string;
  /** What the model is called with. */
  readonly given: readonly Operand[];
  readonly depth: number;
}

/** Adds a model's layers; what the model gives out. */
function flatten(
  model: Json,
  { scope, given, depth }: Inside,
  layers: Map<string, TopologyLayer>,
): Operand[] {
  const isSequence = String(model['class_name']) === 'Sequential';
  /** What each of this model's layers gives out. */
  const outputs = new Map<string, readonly Operand[]>();
  let last: readonly Operand[] = given;
  for (const entry of layersOf(model) ?? []) {
    const config = record(entry['config']) ?? {};
    const name = text(entry['name']) ?? text(config['name']);
    if (name === null || layers.size >= MAX_LAYERS) continue;
    const path = scope === '' ? name : `${scope}/${name}`;
    const className = text(entry['class_name']) ?? '';
    const calls = isSequence ? last : operandsOf(entry['inbound_nodes'], outputs);
    if (layersOf(entry) !== null && depth < MAX_DEPTH) {
      last = flatten(entry, { scope: path, given: calls, depth: depth + 1 }, layers);
    } else if (className === 'InputLayer' && given.length > 0) {
      last = given;
    } else {
      layers.set(path, { path, name, scope, className, config, operands: calls });
      last = [{ from: path }];
    }
    outputs.set(name, last);
  }
  const named = firstName(record(model['config'])?.['output_layers']);
  return [...((named === null ? undefined : outputs.get(named)) ?? last)];
}

/** A model's layers; null for a plain layer. Old Keras writes a Sequential's as its whole configuration. */
function layersOf(model: Json): readonly Json[] | null {
  const { config } = model;
  const layers: unknown = Array.isArray(config) ? config : record(config)?.['layers'];
  if (!Array.isArray(layers)) return null;
  return (layers as unknown[]).flatMap((layer): Json[] => {
    const found = record(layer);
    return found === null ? [] : [found];
  });
}

/**
 * The first call of a layer. Keras 2 and tfjs: `[[["input", 0, 0, { "y": 127.5 }]]]`. Keras 3:
 * `[{ "args": [{ "class_name": "__keras_tensor__", … }, 127.5], "kwargs": {} }]`.
 */
function operandsOf(nodes: unknown, outputs: ReadonlyMap<string, readonly Operand[]>): Operand[] {
  const first: unknown = Array.isArray(nodes) ? nodes[0] : undefined;
  const found: Operand[] = [];
  const from = (name: unknown): void => void found.push(...(outputs.get(String(name)) ?? []));
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'number') found.push({ value });
    else if (Array.isArray(value) && depth < MAX_DEPTH) for (const item of value) visit(item, depth + 1);
    const history = record(record(value)?.['config'])?.['keras_history'];
    if (Array.isArray(history)) from(history[0]);
  };
  if (Array.isArray(first)) {
    for (const call of first) {
      if (!Array.isArray(call)) continue;
      const [name, , constant, settings] = call as unknown[];
      if (name === '_CONSTANT_VALUE') visit(constant, 0);
      else from(name);
      for (const value of Object.values(record(settings) ?? {})) visit(value, 0);
    }
  }
  visit(record(first)?.['args'], 0);
  return found;
}

/** `["out", 0, 0]` in Keras 3, `[["out", 0, 0]]` before. */
function firstName(outputs: unknown): string | null {
  if (!Array.isArray(outputs)) return null;
  const [first] = outputs as unknown[];
  return Array.isArray(first) ? text(first[0]) : text(first);
}

function record(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
