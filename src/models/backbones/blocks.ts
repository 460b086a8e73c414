/** Owns how layer names become the bars of the strip: runs of neighbouring layers whose names match one rule. */
import type { BlockSummary } from '../../protocol/model.ts';

type BlockRule = readonly [name: string | ((match: RegExpExecArray) => string), pattern: RegExp];

/**
 * Cuts the layers into runs; a layer that no rule names stays with the run before it.
 *
 * @param layerNames In the network's order.
 */
export function blocksByPrefix(
  layerNames: readonly string[],
  rules: readonly BlockRule[],
): Omit<BlockSummary, 'shape'>[] {
  const blocks: { name: string; from: number; to: number }[] = [];
  for (const [index, layerName] of layerNames.entries()) {
    const last = blocks.at(-1);
    const name = blockName(layerName, rules) ?? last?.name ?? layerName;
    if (last?.name === name) last.to = index + 1;
    else blocks.push({ name, from: index, to: index + 1 });
  }
  return blocks;
}

function blockName(layerName: string, rules: readonly BlockRule[]): string | null {
  for (const [name, pattern] of rules) {
    const match = pattern.exec(layerName);
    if (match !== null) return typeof name === 'string' ? name : name(match);
  }
  return null;
}
