/** What is asked about pictures: one network, or several together. */
import type { Session } from '../../src/engine/session.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import type { Asked } from '../../src/engine/predict/together.ts';
import { openEnsemble } from './ensemble.ts';
import { openModel } from './run-file.ts';

/** The caller disposes it. @throws StudioError `model/…`, `data/…`, `recipe/…` */
export async function openAsked(path: string, session: Session): Promise<Asked> {
  const together = await openEnsemble(path, session.platform);
  if (together !== null) return together;
  const answering = await openModel(path, session);
  const classifier = new Classifier(answering);
  answering.model.dispose();
  return classifier;
}
