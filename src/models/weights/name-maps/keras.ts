/** Keras' own names and layouts, `<layer>/<weight>`: what our starter weights and Keras' files use. */
import type { NameMap } from '../name-map.ts';

/** Ranks of what a dense head on top of a backbone is made of. */
const HEAD_RANKS = [1, 2];

export const kerasNames: NameMap = {
  name: 'keras',
  recognises: (names) => [...names].some((name) => name.includes('/')),
  sourceOf: ({ layer, weight }) => ({ name: `${layer}/${weight}` }),
  // A whole classifier may come: what is left over must be able to be a head, a matrix or a bias.
  ignores: (name, shape) => /\/(kernel|bias)$/u.test(name) && HEAD_RANKS.includes(shape.length),
  preprocessing: null,
};
