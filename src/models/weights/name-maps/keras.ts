/**
 * Keras' own names and layouts, `<layer>/<weight>`: our starter weights, Keras' files and tfjs' files. A backbone may
 * lie inside other models, beside others with layers of the same names: it is known by the model that it is in.
 */
import { meanAndDeviation, type Flavour, type Preprocessing } from '../../backbones/backbone.ts';
import { BACKBONES } from '../../backbones/registry.ts';
import { withoutCount } from '../readers/keras-tensor-name.ts';
import { entranceTo } from '../topology/entrance.ts';
import { flavourOf } from '../topology/flavour.ts';
import type { Topology, TopologyLayer } from '../topology/topology.ts';
import type { NamedFile, NameMap, Naming, Pictures } from './name-map.ts';

/** A tensor's name, taken apart. */
interface Place {
  readonly name: string;
  /** The models around the layer. */
  readonly scope: string;
  readonly layer: string;
  readonly weight: string;
}

export const kerasNaming: Naming = {
  name: 'keras',
  label: 'Keras',
  fit: (file) => {
    const places = [...file.tensors.keys()].flatMap((name) => placeOf(name) ?? []);
    if (!places.some(({ weight }) => /^(kernel|gamma|bias)$/u.test(weight))) return [];
    const ofBackbones = places.filter(({ layer }) => isOfBackbone(layer));
    const names = new Set(ofBackbones.map(({ layer, weight }) => `${layer}/${weight}`));
    // As long as no name is there twice, it does not matter which model a layer lies in.
    if (names.size === ofBackbones.length) return [mapOf(file, places, ofBackbones[0]?.scope ?? '')];
    const scopes = [...new Set(ofBackbones.map(({ scope }) => scope))];
    return scopes.map((inside) =>
      mapOf(
        file,
        places.filter(({ scope }) => scope === inside),
        inside,
      ),
    );
  },
};

function placeOf(name: string): Place | null {
  const match = /^(?:(.*)\/)?([^/]+)\/([^/]+)$/u.exec(name);
  if (match === null) return null;
  const [, scope = '', layer = '', weight = ''] = match;
  // Numbered layers have no names.
  if (layer === 'vars') return null;
  return { name, scope, layer, weight };
}

/** Whether a layer is called as one of a backbone is; TensorFlow counts what was built before. */
function isOfBackbone(layer: string): boolean {
  return BACKBONES.some(({ layerNames }) => layerNames.test(layer) || layerNames.test(withoutCount(layer)));
}

function mapOf(file: NamedFile, places: readonly Place[], scope: string): NameMap {
  const byLayer = grouped(places, ({ layer }) => layer);
  const counted = grouped([...byLayer.keys()], withoutCount);
  const find = (layer: string, weight: string): string | undefined => {
    const again = counted.get(layer);
    const found = byLayer.get(layer) ?? (again?.length === 1 ? byLayer.get(again[0] ?? '') : undefined);
    return found?.find((place) => place.weight === weight)?.name;
  };
  const claimed = new Set(places.filter(({ layer }) => isOfBackbone(layer)).map(({ name }) => name));
  const prefix = scope === '' ? '' : `${scope}/`;
  return {
    sourceOf: ({ layer, weight }) => {
      // Keras 3 calls a depthwise kernel just `kernel`.
      const other = weight === 'depthwise_kernel' ? find(layer, 'kernel') : undefined;
      return { name: find(layer, weight) ?? other ?? `${prefix}${layer}/${weight}` };
    },
    claims: (name) => claimed.has(name),
    pictures: () => picturesOf(file, scope),
    flavour: flavourIn(file.topology, scope),
  };
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The layers of the backbone's own model, as the file describes them. */
function backboneLayers(topology: Topology, scope: string): TopologyLayer[] {
  const layers = [...topology.values()];
  const inIt = layers.filter(({ name }) => isOfBackbone(name));
  // Files of tensors and their topology do not always name the models around a layer alike.
  const found = inIt.find((layer) => layer.scope === scope) ?? inIt[0];
  return found === undefined ? [] : layers.filter((layer) => layer.scope === found.scope);
}

function flavourIn(topology: Topology | null, scope: string): Flavour | undefined {
  if (topology === null) return undefined;
  return flavourOf(backboneLayers(topology, scope).filter(isPartOfBackbone));
}

/** With the paddings and inputs, which have no weights. */
function isPartOfBackbone({ name, className }: TopologyLayer): boolean {
  return isOfBackbone(name) || className === 'InputLayer' || className === 'ZeroPadding2D';
}

async function picturesOf(file: NamedFile, scope: string): Promise<Pictures> {
  const { topology } = file;
  const first = topology && backboneLayers(topology, scope).find(({ name }) => isOfBackbone(name));
  if (topology === null || first == null) return guessed(file, scope);
  const entrance = await entranceTo(topology, first.path, (layer, weight) => readOf(file, layer, weight));
  return { ...entrance, saidBy: entrance.preprocessing === null ? 'nobody' : 'file' };
}

/** Of a layer that the topology names. */
async function readOf(file: NamedFile, layer: TopologyLayer, weight: string): Promise<Float32Array | null> {
  const name = tensorOf(file, layer, weight);
  return name === null ? null : ((await file.read([name])).get(name) ?? null);
}

/** What the file calls a weight of a layer that its topology names; null where it has none. */
export function tensorOf(
  file: Pick<NamedFile, 'tensors'>,
  layer: Pick<TopologyLayer, 'path' | 'name'>,
  weight: string,
): string | null {
  const ends = [`${layer.path}/${weight}`, `${layer.name}/${weight}`];
  const names = [...file.tensors.keys()];
  return ends.map((end) => names.find((one) => one === end || one.endsWith(`/${end}`))).find(Boolean) ?? null;
}

/**
 * Where a file has numbers only, what its Normalization does is known, but not what is done before and after it: in
 * Keras' EfficientNet pictures are divided by 255 first.
 */
async function guessed(file: NamedFile, scope: string): Promise<Pictures> {
  const preprocessing = await ofNormalization(file);
  return { preprocessing, inside: scope === '' ? preprocessing : null, leftOut: [], saidBy: 'nobody' };
}

async function ofNormalization(file: NamedFile): Promise<Preprocessing | null> {
  const names = [...file.tensors.keys()];
  const start = names.find((name) => /(^|\/)normalization[^/]*\/mean$/u.test(name))?.slice(0, -'mean'.length);
  if (start === undefined || !file.tensors.has(`${start}variance`)) return null;
  const values = await file.read([`${start}mean`, `${start}variance`]);
  const mean = values.get(`${start}mean`);
  const variance = values.get(`${start}variance`);
  if (mean?.length !== 3 || variance?.length !== 3) return null;
  // Keras' ImageNet files keep the deviation where the variance belongs; a layer of the same model puts it right.
  if (Math.abs(variance[0]! - 0.229) < 1e-4) return meanAndDeviation;
  // A mean above 2 was adapted on pixels of 0 to 255.
  const before = mean.some((value) => value > 2) ? 1 : 255;
  const scale = (channel: 0 | 1 | 2): number => 1 / (before * Math.sqrt(variance[channel]!));
  const offset = (channel: 0 | 1 | 2): number => -mean[channel]! / Math.sqrt(variance[channel]!);
  return {
    order: [0, 1, 2],
    scale: [scale(0), scale(1), scale(2)],
    offset: [offset(0), offset(1), offset(2)],
  };
}

/** Keras' classes in snake case, as it names groups. */
const GROUPS: Readonly<Record<string, string>> = {
  Conv2D: 'conv2d',
  DepthwiseConv2D: 'depthwise_conv2d',
  BatchNormalization: 'batch_normalization',
};

/** A convolution's kernel, wherever the backbone lies in a larger model. */
const FIRST = /^(.*\/)?conv2d\/vars\/kernel$/u;

/**
 * Keras 3's `.weights.h5` without the layers' names, as early versions wrote it: a layer is known by its class and by
 * how many of that class come before it.
 */
export const kerasNumbered: Naming = {
  name: 'keras-numbered',
  label: 'Keras (numbered layers)',
  fit: (file) => {
    // The deepest model is the backbone: what lies around it is a classifier.
    const [first] = [...file.tensors.keys()]
      .filter((name) => FIRST.test(name))
      .sort((a, b) => b.length - a.length);
    if (first === undefined) return [];
    const prefix = first.slice(0, -'conv2d/vars/kernel'.length);
    return [
      {
        sourceOf: ({ layerClass, indexInClass, weight }) => {
          const group = GROUPS[layerClass];
          if (group === undefined) return null;
          return { name: `${prefix}${group}${indexInClass === 0 ? '' : `_${indexInClass}`}/vars/${weight}` };
        },
        claims: (name) =>
          name.startsWith(prefix) && !/(^|\/)(dense(_\d+)?|normalization)\/vars\//u.test(name),
        pictures: () => picturesOf(file, ''),
        flavour: flavourIn(file.topology, ''),
      },
    ];
  },
};
