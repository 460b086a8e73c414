/** What the module of the wasm backend exports: module.ts starts it, in the backend's own memory. */
export { convolutionBytes } from './matrix.as';
export { filterGradientBytes } from './filter-gradient.as';
export { depthwiseBytes } from './depthwise/depthwise.as';
export { winogradBytes, winogradFilterBytes } from './winograd/winograd.as';
export { runPlan } from './plan.as';
export { viewsBytes } from './views/views.as';
export { run, runTasks, serve } from './threads.as';
