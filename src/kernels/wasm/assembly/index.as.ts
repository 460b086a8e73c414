/** What the module of the wasm backend exports: module.ts starts it, in the backend's own memory. */
export { dropout } from './dropout.as';
export { convolutionBytes } from './matrix.as';
export { filterGradientBytes } from './filter-gradient.as';
export { depthwiseBytes, turnDepthwise } from './depthwise/depthwise.as';
export { winogradBytes, winogradFilterBytes } from './winograd/winograd.as';
export { softmaxLoss } from './loss.as';
export { inputGradFactors, normScale } from './norms.as';
export { runPlan } from './plan.as';
export { viewsBytes } from './views/views.as';
export { run, serve } from './task.as';
