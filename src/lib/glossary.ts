/** What terms mean, one plain sentence each: explained where they stand on the page, and listed in the README. */

/** A term, as it is written in a list. */
export interface Term {
  readonly term: string;
  readonly means: string;
}

export const GLOSSARY = {
  cutOutput: {
    term: 'cut output',
    means:
      'What the frozen layers make of a picture: it never changes while they are frozen, so it is computed once and kept.',
  },
  macroF1: {
    term: 'macro F1',
    means:
      'The mean of the classes’ F1, which is high where a class is both found and not claimed wrongly; small classes count as much as large ones.',
  },
  f1: {
    term: 'F1',
    means:
      'Of one class, from 0 to 1: high only where most of its pictures are found and most of what is taken for it is right.',
  },
  loss: {
    term: 'loss',
    means:
      'How far the network’s probabilities are from the right answers: 0 is perfect, and the dotted line is what guessing gives.',
  },
  accuracy: {
    term: 'accuracy',
    means: 'The share of pictures that are right; the dotted line is what guessing gives.',
  },
  interval: {
    term: '95 % CI',
    means:
      'The 95 % interval: with so few pictures the true share may lie anywhere in it; two networks whose intervals overlap much need not differ.',
  },
  top1: {
    term: 'top-1',
    means: 'The share of pictures whose likeliest class is the right one.',
  },
  shade: {
    term: '%, as shaded',
    means: 'Each row is a true class: of its pictures, the per cent that were taken for each column’s class.',
  },
  strip: {
    term: 'width and height of a block',
    means:
      'Wide blocks have large maps, tall ones many channels; both are drawn as square roots, or the small ones would vanish.',
  },
} as const satisfies Readonly<Record<string, Term>>;

export type TermName = keyof typeof GLOSSARY;
