/** The main jobs in WebKit, the engine of Safari. */
import { describe, expect, inject, it } from 'vitest';
import { passOver } from '../support/shows.ts';
import { doesTheMainJobs, visiting } from './jobs.ts';
import { startWebKit } from './webkit.ts';

const { webkit } = inject('browsers');

if (webkit === null) passOver('WebKit');
else {
  describe('as Safari has it', () => {
    doesTheMainJobs({
      name: 'WebKit',
      start: () => startWebKit(webkit, 'as Safari'),
      // It multiplies colours by their alpha whatever it is asked, and lossless WebP cannot be rid of it.
      differences: { 'webp rgba': 225 },
    });
  });

  describe('as Linux has it', () => {
    const visit = visiting(() => startWebKit(webkit, 'as it is'));

    it('is isolated, and the page says why one thread trains all the same', async () => {
      const tab = await visit.open('');
      expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
      await tab.says(/wasm · one thread/u, '.device');
      await tab.press('button', { pattern: '^Runs on' });
      await tab.says(/this browser keeps the memory that threads would share from pages/u);
    });
  });
}
