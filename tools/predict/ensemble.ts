/** An ensemble that npm run ensemble wrote, ready to be asked about new pictures. */
import { combined } from '../../src/lib/figures/ensemble.ts';
import { probabilitiesOf } from '../../src/engine/predict/ensemble.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import { isSame } from '../../src/lib/json.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { invariant, StudioError } from '../../src/protocol/errors.ts';
import { readEnsemble } from '../ensemble/folder.ts';
import { answeringOf } from '../../src/engine/predict/answering.ts';
import type { Asked } from './asked.ts';

/** @throws StudioError `model/ensemble-…`, `data/…` */
export async function openEnsemble(folder: string, platform: Platform): Promise<Asked> {
  const { flip, members } = await readEnsemble(folder, platform);
  const classifiers: Classifier[] = [];
  for (const { run } of members) {
    const answering = await answeringOf(run, platform);
    classifiers.push(new Classifier(answering));
    answering.model.dispose();
  }
  const [first] = classifiers;
  invariant(first !== undefined, 'an ensemble has members');
  const { labels, recipe } = first.answering;
  const isAlike = (one: Classifier): boolean => isSame(pictureOf(one), pictureOf(first));
  if (!classifiers.every(isAlike)) throw otherPictures(folder);
  const weights = members.map(({ weight }) => weight);
  return {
    labels,
    image: recipe.image,
    size: first.size,
    probabilities: async (picture, signal) => {
      const answers: Float32Array[] = [];
      for (const classifier of classifiers)
        answers.push(await probabilitiesOf(classifier, picture, flip, signal));
      return combined(answers, weights);
    },
    explained: null,
  };
}

/** How a picture is brought to the network. */
const pictureOf = ({ answering }: Classifier): unknown => {
  const { size, resize, orientation } = answering.recipe.image;
  return { size, resize, orientation };
};

function otherPictures(folder: string): StudioError {
  return new StudioError({
    code: 'model/ensemble-sizes',
    message: `Members that take pictures alike were expected in ${folder}, of one size and way of resizing; they differ.`,
    hint: 'Ask each of them alone, or make an ensemble of runs with one image.size.',
  });
}
