/**
 * The optimizers' updates on WebGPU.
 *
 * tfjs computes Adam in 14 programs for each weight, and a network's head and last layers have dozens of weights, most of them
 * vectors of a few hundred numbers: the time goes into starting programs. Here one program moves as many weights as it may bind
 * buffers for (`maxStorageBuffersPerShaderStage`): a thread for each number, which finds its weight by counting sizes down. Each
 * number is read and written once. Values are written in place where nobody else holds them (a snapshot, a checkpoint that is
 * being read); that also spares binding them twice.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { MienUpdateKernels } from '../signatures.ts';
import { allocate, dispatch, type Binding, type Gpu, type Uniform } from './gpu.ts';
import { FLAT_MAIN, flatGroups } from './wgsl.ts';

/** One weight's gradient and what moves with it: the value, then the slots. */
interface Weight {
  readonly gradient: TensorInfo;
  readonly from: readonly TensorInfo[];
  readonly to: readonly TensorInfo[];
}

interface Rule {
  readonly label: string;
  /** Names of what moves, value first. */
  readonly names: readonly string[];
  /** WGSL that sets `new_<name>` of each from `old_<name>` and `g`. */
  readonly body: string;
  readonly rates: Readonly<Record<string, number>>;
}

/** @see MienUpdateKernels.MienAdam */
export function adam(
  gpu: Gpu,
  { values, gradients, m, v }: MienUpdateKernels['MienAdam']['inputs'],
  attrs: MienUpdateKernels['MienAdam']['attrs'],
): TensorInfo[] {
  const { rate, beta1, beta2, epsilon, decay } = attrs;
  return update(gpu, gradients, [values, m, v], {
    label: 'adam',
    names: ['value', 'm', 'v'],
    body: `let new_m = old_m + (g - old_m) * uniforms.rest1;
    let new_v = old_v + (g * g - old_v) * uniforms.rest2;
    let new_value = old_value * uniforms.keep - uniforms.rate * new_m / (sqrt(new_v) + uniforms.epsilon);`,
    rates: { rate, rest1: 1 - beta1, rest2: 1 - beta2, epsilon, keep: 1 - decay },
  });
}

/** @see MienUpdateKernels.MienSgd */
export function sgd(
  gpu: Gpu,
  { values, gradients, momenta }: MienUpdateKernels['MienSgd']['inputs'],
  { rate, momentum, nesterov }: MienUpdateKernels['MienSgd']['attrs'],
): TensorInfo[] {
  if (momenta === undefined) {
    const body = 'let new_value = old_value - uniforms.rate * g;';
    return update(gpu, gradients, [values], { label: 'sgd', names: ['value'], body, rates: { rate } });
  }
  return update(gpu, gradients, [values, momenta], {
    label: 'sgd',
    names: ['value', 'm'],
    body: `let new_m = uniforms.momentum * old_m - uniforms.rate * g;
    let new_value = old_value + ${nesterov ? 'uniforms.momentum * new_m - uniforms.rate * g' : 'new_m'};`,
    rates: { rate, momentum },
  });
}

function update(
  gpu: Gpu,
  gradients: readonly TensorInfo[],
  lists: readonly (readonly TensorInfo[])[],
  rule: Rule,
): TensorInfo[] {
  const out = lists.map((list) => list.map((tensor) => ownOrNew(gpu, tensor)));
  const weights = gradients.map((gradient, index) => ({
    gradient,
    from: lists.map((list) => list[index]!),
    to: out.map((list) => list[index]!),
  }));
  let group: Weight[] = [];
  let bound = 0;
  for (const weight of weights) {
    const more = bindingsOf(rule, weight, 0).length;
    if (bound + more > gpu.device.limits.maxStorageBuffersPerShaderStage) {
      run(gpu, rule, group);
      group = [];
      bound = 0;
    }
    group.push(weight);
    bound += more;
  }
  if (group.length > 0) run(gpu, rule, group);
  return out.flat();
}

/** The tensor's own data under a further reference if nobody but the caller holds it, else room for new values. */
function ownOrNew(gpu: Gpu, tensor: TensorInfo): TensorInfo {
  if (gpu.refCount(tensor.dataId) > 1) return allocate(gpu, tensor.shape);
  gpu.incRef(tensor.dataId);
  return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
}

function bindingsOf({ names }: Rule, { gradient, from, to }: Weight, at: number): Binding[] {
  const own = names.flatMap((name, index): Binding[] => {
    const [old, now] = [from[index]!, to[index]!];
    const written = { name: `${name}${at}`, type: 'f32', tensor: now, isWritten: true };
    return old.dataId === now.dataId
      ? [written]
      : [{ name: `from_${name}${at}`, type: 'f32', tensor: old }, written];
  });
  return [{ name: `gradient${at}`, type: 'f32', tensor: gradient }, ...own];
}

const sizeOf = ({ gradient }: Weight): number => gradient.shape.reduce((product, side) => product * side, 1);

function run(gpu: Gpu, rule: Rule, weights: readonly Weight[]): void {
  const { names, body, rates } = rule;
  const move = ({ from, to }: Weight, at: number): string => {
    const isOwn = (index: number): boolean => from[index]!.dataId === to[index]!.dataId;
    const old = names.map((name, i) => `let old_${name} = ${isOwn(i) ? '' : 'from_'}${name}${at}[i];`);
    const now = names.map((name) => `${name}${at}[i] = new_${name};`);
    return `if (i < uniforms.size${at}) {
    let g = gradient${at}[i];
    ${old.join(' ')}
    ${body}
    ${now.join(' ')}
    return;
  }
  i -= uniforms.size${at};`;
  };
  const total = weights.reduce((sum, weight) => sum + sizeOf(weight), 0);
  const numbers = Object.entries(rates).map(([name, value]): Uniform => ({ name, type: 'f32', value }));
  const sizes = weights.map((weight, at): Uniform => ({
    name: `size${at}`,
    type: 'u32',
    value: sizeOf(weight),
  }));
  dispatch(gpu, {
    label: rule.label,
    code: `${FLAT_MAIN}
  var i = index;
  ${weights.map(move).join('\n  ')}
}`,
    bindings: weights.flatMap((weight, at) => bindingsOf(rule, weight, at)),
    uniforms: [...numbers, ...sizes],
    isFleeting: true,
    groups: flatGroups(total),
  });
}
