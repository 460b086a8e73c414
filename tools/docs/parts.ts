/** The generated parts, in the order in which `npm run docs` writes them. One line each. */
import { figures } from './figures.ts';
import type { Part } from './generated.ts';
import { recipeTables } from './recipe/tables.ts';
import { terms } from './terms.ts';
import { whatWorks } from './works/tables.ts';

/** Written by `npm run docs`, and held by tests/contract/docs.test.ts. */
export const PARTS: readonly Part[] = [...whatWorks, terms, figures, ...recipeTables];
