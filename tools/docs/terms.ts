/** Writes the README's table of terms from the page's glossary. */
import { GLOSSARY } from '../../src/lib/glossary.ts';
import { markdownTable, type Part } from './generated.ts';

export const terms: Part = {
  name: 'terms',
  file: 'README.md',
  write: () =>
    markdownTable(
      ['term', 'what it means'],
      Object.values(GLOSSARY).map(({ term, means }) => [term, means]),
    ),
};
