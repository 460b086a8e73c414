/**
 * The charts of tfjs-vis that Mien draws with, loaded when the first is drawn. Each is imported by its own file: the
 * package's index would bring the visor, whose inline styles the page's policy forbids, and tfjs itself, which stays
 * in the worker.
 */
export { linechart } from '@tensorflow/tfjs-vis/dist/render/linechart.js';
export { confusionMatrix } from '@tensorflow/tfjs-vis/dist/render/confusion_matrix.js';
