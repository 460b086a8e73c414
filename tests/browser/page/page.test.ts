/** The page as it is served: isolated, under its policy, and with WebGPU. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMITS_KB, sizesOf } from '../../../tools/serve/sizes.ts';
import { shows } from '../../support/shows.ts';
import { appFolder, newPage, screenshot, sharedPage } from '../harness.ts';

describe('the page', () => {
  const onePage = sharedPage(() => newPage());

  it('has all of its workers compiled', () => {
    const files = readdirSync(appFolder(), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.ts'))).toEqual([]);
    for (const name of ['worker', 'picture-worker', 'h5-worker', 'projection'])
      expect(files).toContainEqual(expect.stringMatching(new RegExp(`engine.${name}-.*\\.js$`)));
  });

  it('loads no more before it shows, and beside the engine, than it may', () => {
    const sizes = sizesOf(appFolder());
    for (const [name, limitKb] of Object.entries(LIMITS_KB))
      expect(sizes.get(name), name).toBeLessThanOrEqual(limitKb);
  });

  it('loads isolated and without a violation of its policy', async () => {
    const page = await onePage();
    await page.locator('#root > *').first().waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await screenshot(page, 'page');
    shows('browser Chromium opens isolated, under its policy');
  });

  it('keeps words in a line together, and not those of a dialog that is opened from it', async () => {
    const page = await onePage();
    await page.locator('.column').first().waitFor();
    const spaces = await page.evaluate(() => {
      const row = document.createElement('div');
      row.className = 'row';
      const parts = ['span', 'dialog'].map((name) => document.createElement(name));
      row.append(...parts);
      document.body.append(row);
      return parts.map((part) => getComputedStyle(part).whiteSpace);
    });
    expect(spaces).toEqual(['nowrap', 'normal']);
  });

  it('may not run inline code or eval', async () => {
    const page = await newPage({ allow: [/Content Security Policy/] });
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ranInline = true';
      document.body.append(script);
      return 'ranInline' in globalThis;
    });
    expect(ran).toBe(false);
    // Playwright's own evaluate is exempt, so the page's code tries.
    await page.evaluate(() => {
      const handler = document.createElement('button');
      handler.setAttribute('onclick', 'globalThis.ranHandler = true');
      document.body.append(handler);
      handler.click();
    });
    expect(await page.evaluate(() => 'ranHandler' in globalThis)).toBe(false);
  });

  it('answers a missing file with 404, not with itself', async () => {
    const page = await onePage();
    const response = await page.request.get('no-such-recipe.json');
    expect(response.status()).toBe(404);
  });
});
