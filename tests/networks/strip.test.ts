/** The drawing of every backbone, wherever it is cut: no two of its texts stand on one another. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, expect, it } from 'vitest';
import { asRun } from '../../src/engine/catalog.ts';
import { describeNetwork } from '../../src/engine/network/network.ts';
import { BACKBONES } from '../../src/models/backbones/registry.ts';
import { cutHeight, layoutStrip } from '../../src/ui/model/strip-geometry.ts';
import { StripDrawing } from '../../src/ui/model/StripDrawing.tsx';
import { backboneOf } from '../support/networks/backbones.ts';
import { useBackend } from '../support/backends.ts';
import { tinyRecipe } from '../support/session.ts';
import { filePlatform } from '../support/networks/weight-files.ts';

beforeAll(() => useBackend('wasm'));

/** Of the strip's type, in units of its view box: a letter's mean width, and what a line has above and below its foot. */
const LETTER = { width: 6.2, above: 9.5, below: 2.5 };

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function boxesOf(markup: string): Box[] {
  return [...markup.matchAll(/<text[^>]*x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</g)].map(
    ([, x, y, text = '']) => ({
      text,
      ...{ left: Number(x), right: Number(x) + text.length * LETTER.width },
      ...{ top: Number(y) - LETTER.above, bottom: Number(y) + LETTER.below },
    }),
  );
}

const meet = (one: Box, other: Box): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

it.each(BACKBONES.map(({ entry }) => entry.name))('%s', async (name) => {
  const backbone = backboneOf({ name, weights: 'random' });
  const recipe = asRun(await tinyRecipe({ backbone, image: { size: 64, resize: 'bilinear' } }));
  const model = await describeNetwork(recipe, 8, filePlatform({}));
  const layout = layoutStrip(model);
  const layers = model.layers.length;
  for (const unfreeze of [0, 1, 4, 10, 30, 60, 100, 154, layers].filter((each) => each <= layers)) {
    const state = { hasCut: true, isOpen: true, classes: 8, headText: ['8 classes', 'dropout 0.2'] };
    const cutY = cutHeight(layout, layers, unfreeze);
    const props = { ...state, model, layout, cutY, unfreeze, cacheText: 'cached, 8 views' };
    const boxes = boxesOf(renderToStaticMarkup(createElement(StripDrawing, props)));
    expect(boxes.length).toBeGreaterThan(5);
    const met = boxes.flatMap((one, index) =>
      boxes.slice(index + 1).flatMap((other) => (meet(one, other) ? [`${one.text} | ${other.text}`] : [])),
    );
    expect(met, `with ${unfreeze.toString()} layers open`).toEqual([]);
  }
});
