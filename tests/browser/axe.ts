/** What axe finds in a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules that look at colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * One line a rule and element; where a dialog is open, of what is in it: what lies behind is inert, and was looked at
 * before. Colours are measured once things have stopped moving.
 *
 * @param rules what it looks for; `colours` is enough where all else is as it was, as in the dark
 */
export async function axe(page: Page, rules: 'all' | 'colours' = 'all'): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // A page needs it once.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  // What is made for reports that are not read here, of frames and style sheets among it, is left out.
  const how: RunOptions = {
    ...{ resultTypes: ['violations'], selectors: false, iframes: false, preload: false },
    ...(rules === 'all' ? {} : { runOnly: OF_COLOURS }),
  };
  const results = await page.evaluate(async (options) => {
    const { axe: runner } = window as unknown as {
      axe: { run: (on: Node, how: RunOptions) => Promise<AxeResults> };
    };
    const open = [...document.querySelectorAll('dialog:modal')].at(-1);
    return runner.run(open ?? document, options);
  }, how);
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}
