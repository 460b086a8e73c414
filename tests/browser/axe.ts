/** What axe finds in a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * One line a rule and element; where a dialog is open, of what is in it: what lies behind is inert, and was looked at
 * before. Colours are measured once things have stopped moving.
 */
export async function axe(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe: runner } = window as unknown as {
      axe: { run: (on: Node, how: RunOptions) => Promise<AxeResults> };
    };
    const open = [...document.querySelectorAll('dialog:modal')].at(-1);
    return runner.run(open ?? document, { resultTypes: ['violations'] });
  });
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}
