/** The page as it is served: isolated, under its policy, and with WebGPU. */
import { describe, expect, it } from 'vitest';
import { shows } from '../support/shows.ts';
import { newPage, screenshot } from './harness.ts';

describe('the page', () => {
  it('loads isolated and without a violation of its policy', async () => {
    const page = await newPage();
    await page.locator('#root > *').first().waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await screenshot(page, 'page');
    shows('browser Chromium opens isolated, under its policy');
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
    const page = await newPage();
    const response = await page.request.get('no-such-recipe.json');
    expect(response.status()).toBe(404);
  });
});
