/** Sets as they should not be, on the real page: 500 classes, some of them named in markup; and what to bear in mind of each set. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { startTestHub } from '../../support/sets/local-hub.ts';
import { greyPicture } from '../../unit/data/test-recipe.ts';
import { agree, openReady, openRecipe, TINY } from '../actions.ts';
import { screenshot, sharedPage } from '../harness.ts';

/** A table of grey pictures with these labels. */
async function tableOf(labels: readonly string[]): Promise<Uint8Array> {
  const picture = await greyPicture(90);
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'image', data: labels.map(() => picture), type: 'BYTE_ARRAY' },
        { name: 'label', data: [...labels], type: 'STRING' },
      ],
    }),
  );
}

const onePage = sharedPage(() => openReady({ viewport: { width: 1440, height: 900 } }));

const CLASSES = 500;
const MARKUP = '<img src=x onerror="document.title=1">';

it('shows 500 classes and labels that hold markup as what they are', { timeout: 120_000 }, async () => {
  const labels = Array.from({ length: CLASSES * 5 }, (_, row) => {
    const name = `class ${String(row % CLASSES).padStart(3, '0')}`;
    return row % CLASSES === 0 ? MARKUP : row % CLASSES === 1 ? `<b>${name}</b></td><script>` : name;
  });
  const hub = await startTestHub({}, { 'classroom/odd/odd.parquet': await tableOf(labels) });
  const page = await onePage();
  const set = `{"source":"hub","repo":"classroom/odd","endpoint":"${hub.origin}"}`;
  await openRecipe(page, `#quick-look&dataset=${set}&image.size=32`);
  await agree(page);
  await page.getByText('2,500 pictures in 500 classes').first().waitFor({ timeout: 60_000 });
  await page.getByText(MARKUP).first().waitFor();
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1440);
  expect(await page.title()).not.toBe('1');
  await page.getByText('A label is somebody’s guess').waitFor();
  // What the starter weights have seen is not what these pictures are.
  const note = page.locator('.starter-note');
  expect(await note.innerText()).toMatch(/seen drawn faces only/);
  await screenshot(page, 'odd-set');
  await note.getByRole('button').click();
  await expect.poll(() => page.url()).toMatch(/backbone\.weights=imagenet/);
  expect(await note.count()).toBe(0);
  await hub.close();
});

it(
  'says of faces and their expressions what nobody may do with them, and of other things what to look for',
  { timeout: 120_000 },
  async () => {
    const of = async (...labels: string[]): Promise<Uint8Array> =>
      tableOf(Array.from({ length: 20 }, (_, row) => labels[row % labels.length] ?? ''));
    const hub = await startTestHub(
      {},
      {
        'classroom/feelings/table.parquet': await of('Happy', 'anger'),
        'classroom/fruit/table.parquet': await of('apple', 'lime'),
      },
    );
    const setOf = (name: string): string =>
      `#quick-look&dataset={"source":"hub","repo":"classroom/${name}","endpoint":"${hub.origin}"}&image.size=32&backbone.weights=random`;
    const page = await onePage();
    await openRecipe(page, TINY);
    const note = page.locator('#data > .note');
    const open = async (hash: string, pictures: string): Promise<void> => {
      await openRecipe(page, hash);
      await agree(page);
      await page.getByText(pictures).first().waitFor({ timeout: 60_000 });
    };
    const LAW =
      /Inferring emotions of people at work or in schools is forbidden in the EU \(AI Act, Article 5\(1\)\(f\)\)/;
    await page.getByText('80 faces in eight classes').first().waitFor({ timeout: 60_000 });
    await note.locator('summary').click();
    expect(await note.innerText()).toMatch(/^An expression is not a feeling/);
    expect(await note.innerText()).toMatch(LAW);
    // Fruit are no faces; expressions are told by what their classes are called, wherever they come from.
    await open(setOf('fruit'), '20 pictures in two classes');
    expect(await note.innerText()).toMatch(/^A label is somebody’s guess/);
    expect(await note.innerText()).not.toMatch(/AI Act|feeling/);
    await open(setOf('feelings'), '20 pictures in two classes');
    await expect.poll(() => note.innerText()).toMatch(LAW);
    expect(await note.innerText()).toMatch(/^An expression is not a feeling/);
    await hub.close();
  },
);
