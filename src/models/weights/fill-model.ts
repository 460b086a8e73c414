/**
 * Owns putting a file's tensors into a network: every name and shape is checked before anything is read, every
 * number before anything is written, so that a wrong file leaves the network as it was.
 */
import * as tf from '@tensorflow/tfjs';
import { transpose } from '../../lib/bytes/transpose.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { ModelVariable, NameMap, TensorSource } from './name-maps/name-map.ts';
import type { ReadOptions, WeightFile } from './readers/weight-file.ts';

/** A variable of the network with the layer's own handle on it. */
export interface BoundVariable extends ModelVariable {
  readonly variable: tf.layers.Layer['weights'][number];
}

/** A variable and where its values come from. */
interface Assignment {
  readonly target: BoundVariable;
  readonly source: TensorSource;
}

/** The variables of a network, layer by layer, in Keras' order within each. */
export function variablesOf(model: tf.LayersModel): BoundVariable[] {
  const counts = new Map<string, number>();
  return model.layers.flatMap((layer) => {
    const layerClass = layer.getClassName();
    const indexInClass = counts.get(layerClass) ?? 0;
    counts.set(layerClass, indexInClass + 1);
    return layer.weights.map((variable) => ({
      layer: layer.name,
      layerClass,
      indexInClass,
      weight: variable.originalName.slice(variable.originalName.lastIndexOf('/') + 1),
      shape: variable.shape.map(Number),
      variable,
    }));
  });
}

/** What was written. */
export interface FilledModel {
  /** Bytes of the tensors that were read, as stored. */
  readonly sizeBytes: number;
  /** The values, one array a variable, in {@link variablesOf}'s order and Keras' layout. */
  readonly values: readonly Float32Array[];
}

/** How a file's header meets a network. */
export interface Fit {
  /** How many of the network's variables have a tensor of the right shape. */
  readonly fits: number;
  readonly variables: number;
  /** Bytes of all the tensors that the network reads. */
  readonly sizeBytes: number;
  /** Names of the tensors that it reads; all of them where the fit is whole. */
  readonly read: readonly string[];
  /** Tensors that are not there, that have another shape, and that are there for another form of it. */
  readonly missing: readonly string[];
  readonly misshapen: readonly string[];
  readonly surplus: readonly string[];
  /** Tensors of no backbone, such as a classifier's: nothing reads them. */
  readonly leftOut: readonly string[];
}

/**
 * Fills a network from a file.
 *
 * @throws StudioError `model/weights-missing`, `model/weights-shape`, `model/weights-surplus`, `model/weights-dtype`,
 * `model/weights-not-finite`; the network is unchanged then
 */
export async function fillModel(
  model: tf.LayersModel,
  file: WeightFile,
  map: NameMap,
  options: ReadOptions = {},
): Promise<FilledModel> {
  const fit = fitOf(variablesOf(model), file, map);
  if (!isWhole(fit)) throw misfit(fit, model.name);
  const assignments = assign(variablesOf(model), map).flatMap(({ target, source }) =>
    source === null ? [] : { target, source },
  );
  const stored = await file.read(fit.read, options);
  const values = assignments.map((assignment) => valuesFor(assignment, stored, file));
  options.signal?.throwIfAborted();
  for (const [i, { target }] of assignments.entries()) write(target.variable, target.shape, values[i]!);
  return { sizeBytes: fit.sizeBytes, values };
}

/** Holds a file's header against a network: every name and shape, and what is left over. */
export function fitOf(
  variables: readonly ModelVariable[],
  { tensors }: Pick<WeightFile, 'tensors'>,
  map: NameMap,
): Fit {
  const read: string[] = [];
  const missing: string[] = [];
  const misshapen: string[] = [];
  let sizeBytes = 0;
  for (const { target, source } of assign(variables, map)) {
    const expected = storedShape(target, source ?? {}).join(', ');
    const tensor = source === null ? undefined : tensors.get(source.name);
    if (tensor === undefined) {
      missing.push(`${source?.name ?? `the file's word for ${title(target)}`} [${expected}]`);
    } else if (tensor.shape.join(', ') === expected) {
      read.push(tensor.name);
      sizeBytes += tensor.sizeBytes;
    } else {
      misshapen.push(
        `${tensor.name}, which should have shape [${expected}] and has [${tensor.shape.join(', ')}]`,
      );
    }
  }
  const wanted = new Set(assign(variables, map).map(({ source }) => source?.name));
  const rest = [...tensors.values()].filter(({ name }) => !wanted.has(name));
  return {
    fits: read.length,
    variables: variables.length,
    sizeBytes,
    read,
    missing,
    misshapen,
    surplus: rest
      .filter(({ name }) => map.claims(name))
      .map(({ name, shape }) => `${name} [${shape.join(', ')}]`),
    leftOut: rest.flatMap(({ name }) => (map.claims(name) ? [] : name)),
  };
}

/** Whether a network can be filled. */
export function isWhole({ missing, misshapen, surplus }: Fit): boolean {
  return missing.length + misshapen.length + surplus.length === 0;
}

/** Why it cannot: what fits, what is missing, of another shape, and over, each with its first. */
export function misfit(fit: Fit, network: string): StudioError {
  const { fits, variables, missing, misshapen, surplus } = fit;
  const parts = [
    ['Missing', missing],
    ['Of another shape', misshapen],
    ['Over', surplus],
  ] as const;
  const faults = parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => {
      return `${what}: ${names.length === 1 ? '' : `${names.length}, first `}${names[0] ?? ''}.`;
    });
  const code =
    misshapen.length > 0 && missing.length === 0 ? 'shape' : missing.length > 0 ? 'missing' : 'surplus';
  return new StudioError({
    code: `model/weights-${code}`,
    message: `For ${network}, ${variables} tensors were expected; ${fits} of them fit. ${faults.join(' ')}`,
    hint: 'These weights are for another network, or another form of it: check the backbone and its options (such as its width).',
  });
}

function assign<Variable extends ModelVariable>(
  variables: readonly Variable[],
  map: NameMap,
): { readonly target: Variable; readonly source: TensorSource | null }[] {
  return variables.map((target) => ({ target, source: map.sourceOf(target) }));
}

/** The shape that a variable has in the file. */
function storedShape(target: ModelVariable, { axes }: Pick<TensorSource, 'axes'>): number[] {
  const stored = [...target.shape];
  axes?.forEach((from, to) => {
    stored[from] = target.shape[to] ?? 0;
  });
  return stored;
}

function valuesFor(
  { target, source }: Assignment,
  stored: ReadonlyMap<string, Float32Array>,
  file: WeightFile,
): Float32Array {
  const values = stored.get(source.name) ?? new Float32Array(0);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new StudioError({
      code: 'model/weights-not-finite',
      message: `Tensor ${source.name} should hold finite numbers; number ${bad} is ${values[bad]}.`,
      hint: 'The training that made these weights diverged, or the file is damaged: take another.',
    });
  }
  if (source.axes === undefined) return values;
  return transpose(values, file.tensors.get(source.name)?.shape ?? target.shape, source.axes);
}

function write(variable: BoundVariable['variable'], shape: readonly number[], values: Float32Array): void {
  const tensor = tf.tensor(values, [...shape], 'float32');
  variable.write(tensor);
  tensor.dispose();
}

function title({ layer, weight }: ModelVariable): string {
  return `${layer}/${weight}`;
}
