/** Owns calling the kernels of BatchNorm on the wasm backend's tensors: assembly/norms.as.ts has the arithmetic. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MienKernels } from '../signatures.ts';
import { runAlone, runLoop } from './loops.ts';
import { addressOf, Layout, outputOf, withWorkspace } from './workspace.ts';

type Inputs<Name extends keyof MienKernels> = MienKernels[Name]['inputs'];
type Attrs<Name extends keyof MienKernels> = MienKernels[Name]['attrs'];

/** How many values, and the rows of channels that they are. */
function sizesOf({ shape }: TensorInfo) {
  const count = shape.reduce((product, side) => product * side, 1);
  const channels = shape.at(-1) ?? 1;
  return { count, shape: { pictures: 1, rows: count / channels, channels } };
}

/** @see MienKernels.MienMoments */
export function moments(
  wasm: BackendWasm,
  { x, movingMean, movingVariance }: Inputs<'MienMoments'>,
  { momentum }: Attrs<'MienMoments'>,
): TensorInfo[] {
  const out = Array.from({ length: 4 }, () => outputOf(wasm, movingMean.shape));
  const addresses = [x, movingMean, movingVariance, ...out].map((each) => addressOf(wasm, each));
  const more = { addresses, rates: [momentum, 1 - momentum] };
  runLoop(wasm, { kind: 'moments', ...sizesOf(x), more });
  return out;
}

/** @see MienKernels.MienNorm */
export function norm(
  wasm: BackendWasm,
  { x, gamma, beta, mean, variance }: Inputs<'MienNorm'>,
  { epsilon }: Attrs<'MienNorm'>,
): TensorInfo {
  const out = outputOf(wasm, x.shape);
  const sizes = sizesOf(x);
  const { channels } = sizes.shape;
  const layout = new Layout();
  layout.values(channels);
  withWorkspace(wasm, layout, (scale) => {
    const at = (tensor: TensorInfo): number => addressOf(wasm, tensor);
    const scaling = { addresses: [at(gamma), at(variance), scale], rates: [epsilon] };
    runAlone(wasm, { kind: 'normScale', more: scaling, channels });
    const addresses = [at(x), at(mean), scale, at(beta), at(out)];
    runLoop(wasm, { kind: 'norm', ...sizes, more: { addresses, rates: [] } });
  });
  return out;
}

/** @see MienKernels.MienNormGrads */
export function normGrads(
  wasm: BackendWasm,
  { dy, x, mean, variance }: Inputs<'MienNormGrads'>,
  { epsilon }: Attrs<'MienNormGrads'>,
): TensorInfo[] {
  const out = [0, 1].map(() => outputOf(wasm, mean.shape));
  const addresses = [dy, x, mean, variance, ...out].map((each) => addressOf(wasm, each));
  const more = { addresses, rates: [epsilon] };
  runLoop(wasm, { kind: 'normGrads', ...sizesOf(x), more });
  return out;
}

/** @see MienKernels.MienNormInputGrad */
export function normInputGrad(
  wasm: BackendWasm,
  { dy, x, gamma, mean, variance, dGamma, dBeta }: Inputs<'MienNormInputGrad'>,
  { epsilon }: Attrs<'MienNormInputGrad'>,
): TensorInfo {
  const out = outputOf(wasm, x.shape);
  const sizes = sizesOf(x);
  const { rows, channels } = sizes.shape;
  const layout = new Layout();
  layout.values(3 * channels);
  withWorkspace(wasm, layout, (factors) => {
    const at = (tensor: TensorInfo): number => addressOf(wasm, tensor);
    const vectors = { addresses: [gamma, variance, dGamma, dBeta].map(at).concat(factors), rates: [epsilon] };
    runAlone(wasm, { kind: 'inputGradFactors', more: vectors, rows, channels });
    const addresses = [at(dy), at(x), at(mean), factors, at(out)];
    runLoop(wasm, { kind: 'normInputGrad', ...sizes, more: { addresses, rates: [] } });
  });
  return out;
}
