/**
 * `npm run docs`: writes the generated parts of Markdown files anew; tests/contract/docs.test.ts holds that they are. With
 * `--picture` also the README's picture, with `--figures` first its figure of accuracy is measured anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../serve/build.ts';
import { recordFigure } from './figures.ts';
import { withPart } from './generated.ts';
import { PARTS } from './parts.ts';
import { takePicture } from './picture.ts';

if (process.argv.includes('--figures')) recordFigure();
for (const file of new Set(PARTS.map((part) => part.file))) {
  const path = join(ROOT, file);
  const before = readFileSync(path, 'utf8');
  const after = PARTS.filter((part) => part.file === file).reduce(withPart, before);
  if (after !== before) writeFileSync(path, after);
  console.log(`${file}: ${after === before ? 'as it was' : 'written anew'}`);
}
if (process.argv.includes('--picture')) console.log(await takePicture());
