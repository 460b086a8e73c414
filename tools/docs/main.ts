/** `npm run docs`: writes the generated parts of Markdown files anew. tests/contract/docs.test.ts holds that they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../serve/build.ts';
import { withPart } from './generated.ts';
import { PARTS } from './parts.ts';

for (const file of new Set(PARTS.map((part) => part.file))) {
  const path = join(ROOT, file);
  const before = readFileSync(path, 'utf8');
  const after = PARTS.filter((part) => part.file === file).reduce(withPart, before);
  if (after !== before) writeFileSync(path, after);
  console.log(`${file}: ${after === before ? 'as it was' : 'written anew'}`);
}
