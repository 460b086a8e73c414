/** An ensemble, ready to be asked about new pictures. */
import { answeringOf } from '../../src/engine/predict/answering.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import { Together } from '../../src/engine/predict/together.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { invariant } from '../../src/protocol/errors.ts';
import { findEnsemble } from '../ensemble/folder.ts';

/** Null where the path holds none; the caller disposes it. @throws StudioError `model/…`, `data/…` */
export async function openEnsemble(path: string, platform: Platform): Promise<Together | null> {
  const found = await findEnsemble(path, platform);
  const { ensemble } = found?.ensemble.record ?? {};
  if (found === null || ensemble === undefined) return null;
  const classifiers: Classifier[] = [];
  for (const run of found.members) {
    const answering = await answeringOf(run, platform);
    classifiers.push(new Classifier(answering));
    answering.model.dispose();
  }
  const [first, ...others] = classifiers;
  invariant(first !== undefined, 'an ensemble has members');
  const weights = ensemble.members.map(({ weight }) => weight);
  return new Together([first, ...others], weights, ensemble.flip);
}
