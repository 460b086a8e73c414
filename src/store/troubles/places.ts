/**
 * Owns where on the page an error stands: beside what it is about and where it can be mended. Told by the code alone,
 * save for two that can be about several things: a recipe's field says itself whose it is, and a request that fails is
 * about what was being fetched.
 */
import type { ErrorArea, WireError } from '../../protocol/errors.ts';
import type { Stage } from '../../protocol/events.ts';

/** The bar is where the device is chosen; the others are columns. */
export type Place = 'bar' | 'data' | 'model' | 'training' | 'results';

const ofAreas: Readonly<Record<ErrorArea, Place>> = {
  gpu: 'bar',
  // While nothing says what is fetched, it is the set.
  net: 'data',
  data: 'data',
  storage: 'training',
  model: 'model',
  train: 'training',
  export: 'results',
  recipe: 'training',
  bug: 'training',
};

/** Codes that are about something else than the others of their area. */
export const OTHER_PLACES: Readonly<Partial<Record<WireError['code'], Place>>> = {
  // A smaller batch, fewer open layers or smaller pictures mend it: all of them settings.
  'gpu/too-large': 'training',
  'recipe/bad-address': 'data',
  'recipe/bad-token': 'data',
  'recipe/unknown-source': 'data',
  'recipe/unknown-backbone': 'model',
  'train/other-pictures': 'data',
  'train/other-weights': 'model',
};

const ofFields: Readonly<Record<string, Place>> = {
  dataset: 'data',
  augmentation: 'data',
  backbone: 'model',
};

/**
 * Where an error stands.
 *
 * @param stage what was being done, where that is known
 */
export function placeOfError({ code, message }: Pick<WireError, 'code' | 'message'>, stage?: Stage): Place {
  const special = OTHER_PLACES[code];
  if (special !== undefined) return special;
  const area = code.slice(0, code.indexOf('/')) as ErrorArea;
  if (area === 'net' && stage === 'weights') return 'model';
  const field = area === 'recipe' ? /^Recipe field (\w+)/u.exec(message)?.[1] : undefined;
  return ofFields[field ?? ''] ?? ofAreas[area];
}
