/**
 * Owns putting a file's tensors into a network: every name and shape is checked before anything is read, every
 * number before anything is written, so that a wrong file leaves the network as it was.
 */
import * as tf from '@tensorflow/tfjs';
import { transpose } from '../../lib/transpose.ts';
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
  const assignments = assign(model, file, map);
  const stored = await file.read(
    assignments.map(({ source }) => source.name),
    options,
  );
  const values = assignments.map((assignment) => valuesFor(assignment, stored, file));
  options.signal?.throwIfAborted();
  for (const [i, { target }] of assignments.entries()) write(target, values[i]!);
  return { sizeBytes: bytesOf(assignments, file), values };
}

/**
 * Holds a file's header against a network: every name and shape, and nothing left over.
 *
 * @returns Bytes of the tensors that filling it reads.
 * @throws StudioError `model/weights-missing`, `model/weights-shape`, `model/weights-surplus`
 */
export function checkFit(model: tf.LayersModel, file: WeightFile, map: NameMap): number {
  return bytesOf(assign(model, file, map), file);
}

function assign(model: tf.LayersModel, file: WeightFile, map: NameMap): readonly Assignment[] {
  const assignments = variablesOf(model).map((target) => ({ target, source: sourceOf(target, map) }));
  checkAgainst(file, map, assignments);
  return assignments;
}

function bytesOf(assignments: readonly Assignment[], file: WeightFile): number {
  return assignments.reduce((sum, { source }) => sum + (file.tensors.get(source.name)?.sizeBytes ?? 0), 0);
}

function sourceOf(target: BoundVariable, map: NameMap): TensorSource {
  const source = map.sourceOf(target);
  if (source !== null) return source;
  throw mismatch(
    'missing',
    `The file's naming has no place for ${title(target)} [${target.shape.join(', ')}]`,
  );
}

function checkAgainst(file: WeightFile, map: NameMap, assignments: readonly Assignment[]): void {
  for (const { target, source } of assignments) {
    const tensor = file.tensors.get(source.name);
    const expected = storedShape(target, source);
    if (tensor === undefined) {
      throw mismatch(
        'missing',
        `Tensor ${source.name} [${expected.join(', ')}] is missing, for ${title(target)}`,
      );
    }
    if (tensor.shape.join() !== expected.join()) {
      throw mismatch(
        'shape',
        `Tensor ${source.name} should have shape [${expected.join(', ')}], for ${title(target)}; it has [${tensor.shape.join(', ')}]`,
      );
    }
  }
  const wanted = new Set(assignments.map(({ source }) => source.name));
  for (const { name, shape } of file.tensors.values()) {
    if (!wanted.has(name) && !map.ignores(name, shape)) {
      throw mismatch('surplus', `Tensor ${name} [${shape.join(', ')}] has no place in this network`);
    }
  }
}

function mismatch(what: 'missing' | 'shape' | 'surplus', message: string): StudioError {
  return new StudioError({
    code: `model/weights-${what}`,
    message: `${message}.`,
    hint: 'These weights are for another network: check the backbone and its options (such as its width).',
  });
}

/** The shape that a variable has in the file. */
function storedShape(target: ModelVariable, { axes }: TensorSource): number[] {
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

function write({ variable, shape }: BoundVariable, values: Float32Array): void {
  const tensor = tf.tensor(values, [...shape], 'float32');
  variable.write(tensor);
  tensor.dispose();
}

function title({ layer, weight }: ModelVariable): string {
  return `${layer}/${weight}`;
}
