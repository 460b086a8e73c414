/** What is asked about pictures: one network, or several together. */
import type { Session } from '../../src/engine/session.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import type { FullRecipe } from '../../src/protocol/recipe/full-recipe.ts';
import { openModel } from './run-file.ts';

export interface Asked extends Pick<Classifier, 'size'> {
  readonly labels: readonly string[];
  readonly image: FullRecipe['image'];
  /** Of one picture, RGB uint8, `[1, size, size, 3]`. */
  readonly probabilities: (picture: Uint8Array<ArrayBuffer>, signal: AbortSignal) => Promise<Float32Array>;
  /** The same with heat maps; null where several networks would each have looked elsewhere. */
  readonly explained: Classifier['explained'] | null;
}

/** One network. @throws StudioError `model/…`, `data/…`, `recipe/…` */
export async function openOne(path: string, session: Session): Promise<Asked> {
  const answering = await openModel(path, session);
  const classifier = new Classifier(answering);
  answering.model.dispose();
  return {
    labels: answering.labels,
    image: answering.recipe.image,
    size: classifier.size,
    probabilities: (picture, signal) => classifier.probabilities(picture, signal),
    explained: (picture, signal) => classifier.explained(picture, signal),
  };
}
