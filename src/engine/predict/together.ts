/** Several networks that answer as one: the weighted mean of what they say, of a picture as it is or mirrored too. */
import { combined } from '../../lib/figures/ensemble.ts';
import { StudioError } from '../../protocol/errors.ts';
import { isPreparedAlike } from '../../protocol/identity.ts';
import { preparingOf } from '../../protocol/recipe/preparing.ts';
import type { Classifier } from './classifier.ts';
import { probabilitiesOf } from './ensemble.ts';

/** What answers pictures: one network, or several together. */
export interface Asked extends Pick<Classifier, 'size' | 'probabilities' | 'dispose'> {
  readonly answering: Pick<Classifier['answering'], 'labels' | 'recipe'>;
}

/** Owns its members' classifiers; dispose it. */
export class Together implements Asked {
  /** Of the first, whose classes and way of preparing pictures are those of all. */
  readonly answering: Asked['answering'];
  readonly size: number;

  /**
   * @param weights one for each member, which add up to 1
   * @param flip whether each picture is asked about as it is and mirrored, and the mean of both taken
   * @throws StudioError `model/ensemble-sizes`; the members are disposed then
   */
  constructor(
    readonly members: readonly [Classifier, ...Classifier[]],
    readonly weights: readonly number[],
    readonly flip: boolean,
  ) {
    const [first] = members;
    this.answering = first.answering;
    this.size = first.size;
    const wanted = preparingOf(first.answering.recipe.image);
    if (members.every(({ answering }) => isPreparedAlike(preparingOf(answering.recipe.image), wanted)))
      return;
    this.dispose();
    throw preparedOtherwise();
  }

  /** @param pictures RGB uint8, `[pictures, size, size, 3]` @returns `[pictures, classes]` */
  async probabilities(
    pictures: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<Float32Array<ArrayBuffer>> {
    const answers: Float32Array[] = [];
    for (const member of this.members)
      answers.push(await probabilitiesOf(member, pictures, this.flip, signal));
    return combined(answers, this.weights);
  }

  dispose(): void {
    for (const member of this.members) member.dispose();
  }
}

function preparedOtherwise(): StudioError {
  return new StudioError({
    code: 'model/ensemble-sizes',
    message:
      'Members that take pictures alike were expected, of one size and way of resizing; those of this ensemble differ.',
    hint: 'Ask each of them alone, or make an ensemble of runs with one image.size.',
  });
}
