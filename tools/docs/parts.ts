/** The generated parts, in the order in which `npm run docs` writes them. One line each. */
import type { Part } from './generated.ts';
import { whatWorks } from './works/tables.ts';

export const PARTS: readonly Part[] = [...whatWorks];
