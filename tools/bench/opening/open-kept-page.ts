/** Takes a file of runs into the built page, in Chromium, and opens one of them from its store, as a user does another day. */
import { build, isStale } from '../../serve/build.ts';
import { serveApp } from '../../serve/server.ts';
import { withBrowser } from '../in-page.ts';

const PORT = 5374;
const LONG_MS = 120_000;

/**
 * Seconds from the click on a run to its matrix.
 *
 * @param file a `.mien.zip` with one run of the drawn faces
 * @param profile folder for a profile of the browser
 */
export async function openKeptInPage(file: string, profile: string): Promise<number> {
  if (isStale()) build();
  const server = await serveApp(PORT);
  try {
    return await withBrowser(profile, async (context) => {
      const first = await context.newPage();
      await first.goto(server.url);
      await first.getByRole('button', { name: 'Kept runs' }).click({ timeout: LONG_MS });
      await first.getByLabel('Runs from a file').setInputFiles(file);
      const found = first.getByRole('dialog', { name: 'Runs from a file' });
      await found.getByRole('button', { name: 'Keep it here' }).click({ timeout: LONG_MS });
      await found.getByText('1 run kept here').waitFor({ timeout: LONG_MS });
      await first.close();

      const page = await context.newPage();
      await page.goto(server.url);
      await page.getByRole('button', { name: 'The kept run' }).click({ timeout: LONG_MS });
      await page.locator('.kept-name').click();
      const open = page.getByRole('button', { name: 'Open in the studio' });
      await open.waitFor();
      const startedMs = performance.now();
      await open.click();
      await page.getByRole('table', { name: /Confusion matrix, test/ }).waitFor({ timeout: LONG_MS });
      return (performance.now() - startedMs) / 1000;
    });
  } finally {
    await server.close();
  }
}
