/**
 * Prints what one training step of MobileNetV2 asks of the GPU: the last 30 layers at the waist, and the head on
 * cached features. Arithmetic is skipped, so full sizes are cheap. Run: `npx tsx tools/bench/step-counts.ts [size [alpha]]`.
 */
import { installWebGpu } from '../setup/dawn.ts';
import { vulkanEnv } from '../setup/find.ts';

Object.assign(process.env, await vulkanEnv());
installWebGpu();
// The backend registers itself only where there is a GPU when it is loaded.
const { countSteps } = await import('./steps.ts');
const [size = '224', alpha = '1'] = process.argv.slice(2);
const rows = await countSteps({ size: Number(size), alpha: Number(alpha), batch: 32, unfreeze: 30 });
console.table(rows);
process.exit(0);
