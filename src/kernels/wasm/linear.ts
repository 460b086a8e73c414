/**
 * Owns linear layers on the wasm backend's tensors: forward, by the input, and by the weights, where a BatchNorm may have been
 * folded into them; and that fold. convolutions.ts calls the kernels of the first, assembly/fold.as.ts has the last two.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MienKernels } from '../signatures.ts';
import { convolve, filterGradient, inputGradient } from './convolutions.ts';
import { boundsOf, infoOf } from './infos.ts';
import { runLoop } from './loops.ts';
import { addressOf, outputOf } from './workspace.ts';

type Inputs<Name extends keyof MienKernels> = MienKernels[Name]['inputs'];
type Attrs<Name extends keyof MienKernels> = MienKernels[Name]['attrs'];

/** The gradient of a filter is read beside the filter, and again to be scaled. */
const FILTER_READS = 3;

const sizeOf = ({ shape }: TensorInfo): number => shape.reduce((product, side) => product * side, 1);

/** @see MienKernels.MienLinear */
export function linear(
  wasm: BackendWasm,
  { x, filter, bias }: Inputs<'MienLinear'>,
  attrs: Attrs<'MienLinear'>,
): TensorInfo {
  const info = infoOf(attrs, x.shape, filter.shape);
  const out = convolve(wasm, { x, filter, bias }, info, boundsOf(attrs.activation));
  return attrs.kind === 'dense' ? { ...out, shape: [x.shape[0]!, filter.shape[1]!] } : out;
}

/** @see MienKernels.MienLinearInputGrad */
export function linearInputGrad(
  wasm: BackendWasm,
  { dz, filter, x }: Inputs<'MienLinearInputGrad'>,
  attrs: Attrs<'MienLinearInputGrad'>,
): TensorInfo {
  const { inputShape, activation } = attrs;
  const out = inputGradient(wasm, { dy: dz, filter }, infoOf(attrs, inputShape, filter.shape));
  if (x !== undefined && activation !== 'linear') {
    const dx = addressOf(wasm, out);
    const places = { dy: dx, x: addressOf(wasm, x), out: dx, count: sizeOf(x) };
    runLoop(wasm, { kind: 'activationGrad', ...places, ceiling: boundsOf(activation).high });
  }
  return { ...out, shape: [...inputShape] };
}

/** @see MienKernels.MienFold */
export function fold(
  wasm: BackendWasm,
  { filter, gamma, beta, mean, variance, bias }: Inputs<'MienFold'>,
  { epsilon }: Attrs<'MienFold'>,
): TensorInfo[] {
  const out = [filter, beta].map(({ shape }) => outputOf(wasm, shape));
  const at = (tensor: TensorInfo | undefined): number => (tensor === undefined ? 0 : addressOf(wasm, tensor));
  const count = sizeOf(filter);
  const channels = sizeOf(gamma);
  runLoop(wasm, {
    kind: 'fold',
    count,
    more: { addresses: [filter, gamma, beta, mean, variance, bias, ...out].map(at), rates: [epsilon] },
    shape: { pictures: 1, rows: count / channels, channels },
  });
  return out;
}

/** @see MienKernels.MienLinearGrads */
export function linearGrads(
  wasm: BackendWasm,
  { x, dz, filter, bias, gamma, mean, variance }: Inputs<'MienLinearGrads'>,
  attrs: Attrs<'MienLinearGrads'>,
): TensorInfo[] {
  const info = infoOf(attrs, x.shape, filter.shape);
  const dFilter = { ...filterGradient(wasm, { x, dy: dz }, info), shape: [...filter.shape] };
  const dBias = outputOf(wasm, dz.shape.slice(-1));
  const channels = sizeOf(dBias);
  const at = (tensor: TensorInfo | undefined): number => (tensor === undefined ? 0 : addressOf(wasm, tensor));
  const rows = { pictures: 1, rows: sizeOf(dz) / channels, channels };
  if (gamma === undefined || mean === undefined || variance === undefined) {
    runLoop(wasm, { kind: 'channelSum', x: at(dz), out: at(dBias), count: sizeOf(dz), shape: rows });
    return [dFilter, dBias];
  }
  const dGamma = outputOf(wasm, [channels]);
  const tensors = [dz, filter, dFilter, gamma, mean, variance, bias, dBias, dGamma];
  runLoop(wasm, {
    kind: 'unfold',
    count: sizeOf(dz) + FILTER_READS * sizeOf(filter),
    more: { addresses: tensors.map(at), rates: [attrs.epsilon] },
    shape: { ...rows, pictures: sizeOf(filter) / channels },
  });
  return [dFilter, dBias, dGamma];
}
