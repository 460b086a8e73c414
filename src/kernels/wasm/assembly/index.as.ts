/** What the module of the wasm backend exports: module.ts starts it, in the backend's own memory. */
export { activationGrad, adam, channelDot, channelSum } from './loops.as';
export { convolution, edgeBytes, listBytes, packBackward, packForward } from './matrix.as';
export { filterGradient, filterGradientBytes } from './filter-gradient.as';
export { depthwise, depthwiseListBytes, turnDepthwise } from './depthwise.as';
export { depthwiseFilterGradient } from './depthwise-gradient.as';
