/** Owns the ONNX file: the graph's ends, versions and metadata around its ops. */
import { VERSION } from '../../lib/version.ts';
import type { Chunk, ExportedFile, ExportInput } from '../exporter.ts';
import { factsOf } from '../package/papers.ts';
import { INPUT, onnxGraph, OUTPUT, type OnnxVariant } from './graph.ts';
import { joined, message, streamField, type Field } from './protobuf.ts';
import { TYPES, type TypeName } from './tensors.ts';

/** What runtimes of 2022 and later read. */
const IR_VERSION = 8;
const OPSET = 17;

/** `ValueInfoProto` of pictures or probabilities, as many as come. */
function valueInfo(name: string, type: TypeName, shape: readonly number[]): Chunk {
  const dimensions = [message([2, 'batch']), ...shape.map((side) => message([1, side]))];
  const shapeInfo = message(...dimensions.map((one): Field => [1, one]));
  return message([1, name], [2, message([1, message([1, TYPES[type]], [2, shapeInfo])])]);
}

/** Writes `ModelProto`. */
export async function onnxFile(
  path: string,
  input: ExportInput,
  variant: OnnxVariant,
): Promise<ExportedFile> {
  const { nodes, tensors } = await onnxGraph(input.network, variant);
  const { size } = input.recipe.image;
  const graphHead = message(
    ...nodes.map((node): Field => [1, node]),
    [2, input.model.name],
    [11, valueInfo(INPUT, variant.pixels, [size, size, 3])],
    [12, valueInfo(OUTPUT, 'float32', [input.labels.length])],
  );
  const graph = joined([graphHead, ...tensors.map((one) => streamField(5, one))]);
  const facts = {
    labels: JSON.stringify(input.labels),
    input: `RGB, 0 to 255, [batch, ${size}, ${size}, 3]; the preprocessing is inside`,
    mien: JSON.stringify(factsOf(input)),
  };
  const modelHead = message(
    [1, IR_VERSION],
    [2, 'Mien'],
    [3, VERSION],
    [8, message([1, ''], [2, OPSET])],
    ...Object.entries(facts).map(([key, value]): Field => [14, message([1, key], [2, value])]),
  );
  const { chunks } = joined([modelHead, streamField(7, graph)]);
  return { path, chunks };
}
