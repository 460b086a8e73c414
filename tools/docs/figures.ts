/**
 * Owns the README's figure of accuracy: the command that gives it, its record in tests/figures.json, and the sentences that
 * say it. `npm run docs -- --figures` measures it anew; tests/commands/readme-figures.test.ts carries the same command
 * out and holds it to the record.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { formatPercent } from '../../src/lib/format.ts';
import { ROOT } from '../serve/build.ts';
import type { Part } from './generated.ts';

const RECIPE = 'public/recipes/quick-look.json';
const FILE = join(ROOT, 'tests/figures.json');

/** As many test pictures may come out otherwise: processors round otherwise, and a run enlarges that. */
export const TOLERANCE = 6;

const FigureSchema = z.object({ right: z.number(), of: z.number() });

/** How many of the test pictures are right. */
export type Figure = z.infer<typeof FigureSchema>;

const EvaluationSchema = z.object({
  testAccuracy: z.number(),
  confusionMatrix: z.array(z.array(z.number())),
});

/** The figure as it is committed. */
export const recordedFigure = (): Figure => FigureSchema.parse(JSON.parse(readFileSync(FILE, 'utf8')));

/**
 * Carries the README's command out, half a minute on one core.
 *
 * @throws Error with what the command said where it fails
 */
export function measuredFigure(): Figure {
  const out = mkdtempSync(join(tmpdir(), 'mien-figure-'));
  try {
    const args = ['tools/setup/run.mjs', 'tools/train/main.ts', RECIPE, '--out', out, '--backend', 'wasm'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${RECIPE} was expected to train; it ended with ${status}: ${stderr}`);
    const text = readFileSync(join(out, 'evaluation.json'), 'utf8');
    const { testAccuracy, confusionMatrix } = EvaluationSchema.parse(JSON.parse(text));
    const of = confusionMatrix.flat().reduce((sum, count) => sum + count);
    return { right: Math.round(testAccuracy * of), of };
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Measures the figure and writes the record. */
export function recordFigure(): void {
  writeFileSync(FILE, `${JSON.stringify(measuredFigure())}\n`);
}

/** The sentences of the README. */
export const figures: Part = {
  name: 'figures',
  file: 'README.md',
  write: () => {
    const { right, of } = recordedFigure();
    const share = formatPercent(right / of).replace('\u00a0', ' ');
    const points = ((TOLERANCE / of) * 100).toFixed(1);
    return [
      `What the starter weights are worth on the sample set: ${share} of its test pictures (${right} of ${of}) are right after this command, on WebAssembly; guessing is right on 12.5 %.`,
      `\`\`\`sh\nnpm run train -- ${RECIPE} --out run --backend wasm\n\`\`\``,
      `\`npm test\` carries it out too, and fails where it comes to more than ${TOLERANCE} pictures (${points} points) less or more: other processors round otherwise.`,
    ].join('\n\n');
  },
};
