/** Owns the one network that is being tried, or several that answer together, ready on the device from the first picture to the next run. */
import type { Dataset } from '../../data/dataset.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Requests } from '../../protocol/messages.ts';
import { invariant } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/events.ts';
import type { Ensemble } from '../../protocol/runs/ensemble.ts';
import type { KeptRecord, OtherSetResult } from '../../protocol/runs/kept.ts';
import { ofSeveral } from '../kept/refusals.ts';
import type { SetWork } from '../set/open-set.ts';
import type { Answer, AnsweredRows, TriedNetwork } from '../../protocol/try.ts';
import type { FaceFinder } from '../faces.ts';
import { rgbToRgba } from '../set/rgba-pictures.ts';
import type { Trained } from '../network/trained.ts';
import { Classifier } from './classifier.ts';
import { covered, occludeRow } from './covering.ts';
import { evaluateOnSet } from './other-set.ts';
import { newPictureOf, picturesOfRows, type NewPicture } from './new-pictures.ts';
import { Together, type Asked } from './together.ts';

type Input<Kind extends 'predict' | 'occlude' | 'askRows'> = Requests[Kind]['input'];

/** Where networks and pictures come from. */
export interface TriesSources {
  readonly platform: Pick<Platform, 'decodePicture'>;
  readonly faces: FaceFinder;
  /** Does something with a run's network on the device, and lets go of it. */
  readonly withNetwork: <Output>(runId: string, work: (trained: Trained) => Output) => Promise<Output>;
  /** What is kept of a run. */
  readonly record: (runId: string) => Promise<KeptRecord>;
  /** The open set. @throws StudioError `data/none-open` */
  readonly dataset: () => Dataset;
}

interface Tried {
  readonly classifier: Asked;
  readonly about: TriedNetwork;
}

export class Tries {
  #tried: Tried | null = null;

  constructor(readonly sources: TriesSources) {}

  /** Makes a run's network ready. @throws StudioError `export/no-such-run`, `model/…`, `net/…` */
  async open(runId: string): Promise<TriedNetwork> {
    return (await this.#of(runId)).about;
  }

  /** @throws StudioError `data/picture-…`, and what `open` throws */
  async predict(
    { runId, picture, patch, wantsMaps, face }: Input<'predict'>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { classifier } = await this.#of(runId);
    const startedMs = performance.now();
    const { picture: seen, notes, faces } = await this.#picture(classifier, picture, face);
    const asked = patch === undefined ? seen : covered(seen, classifier.size, patch);
    const answer = wantsMaps
      ? await alone(classifier).explained(asked, signal)
      : { probabilities: await classifier.probabilities(asked, signal), maps: null };
    const tookMs = performance.now() - startedMs;
    return { ...answer, seen: { size: classifier.size, rgba: rgbToRgba(seen) }, tookMs, notes, faces };
  }

  /** The same of a row of a map of covered places. */
  async occlude(
    { runId, picture, ...place }: Input<'occlude'>,
    signal: AbortSignal,
  ): Promise<Requests['occlude']['output']> {
    const { classifier } = await this.#of(runId);
    const { picture: seen } = await this.#picture(classifier, picture);
    return { probabilities: await occludeRow(classifier, seen, place, signal) };
  }

  /** What it says of pictures of the open set. @throws StudioError `data/other-size`, `data/none-open`, what `open` throws */
  async askRows(
    { runId, rows, wantsFeatures }: Input<'askRows'>,
    signal: AbortSignal,
  ): Promise<AnsweredRows> {
    const { classifier } = await this.#of(runId);
    const { image } = classifier.answering.recipe;
    const pictures = await picturesOfRows(rows, this.sources.dataset(), image, signal);
    return wantsFeatures
      ? alone(classifier).withFeatures(pictures, signal)
      : { probabilities: await classifier.probabilities(pictures, signal), features: null };
  }

  /** How it does on the open set. @throws StudioError as `evaluateOnSet`, and what `open` throws */
  async testOnSet(runId: string, record: KeptRecord, work: SetWork): Promise<OtherSetResult> {
    const { classifier } = await this.#of(runId);
    return evaluateOnSet(classifier, record, this.sources.dataset(), work);
  }

  /** Lets go of the network: its device goes away, or is wanted. */
  forget(): void {
    this.#tried?.classifier.dispose();
    this.#tried = null;
  }

  #picture({ answering }: Asked, asked: Input<'predict'>['picture'], face?: number): Promise<NewPicture> {
    return newPictureOf(asked, { ...this.sources, image: answering.recipe.image, face: face ?? null });
  }

  async #of(runId: string): Promise<Tried> {
    if (this.#tried?.about.runId === runId) return this.#tried;
    this.forget();
    const { ensemble, result } = await this.sources.record(runId);
    this.#tried = ensemble === undefined ? await this.#alone(runId) : await this.#together(result, ensemble);
    return this.#tried;
  }

  #alone(runId: string): Promise<Tried & { readonly classifier: Classifier }> {
    return this.sources.withNetwork(runId, (trained) => {
      const { result, labels, preprocessing, model } = trained;
      const { recipe, setHash, sureness, history } = result;
      const lastPhase = history.at(-1)?.phaseIndex ?? 0;
      return {
        classifier: new Classifier({ model, labels, preprocessing, recipe, lastPhase }),
        about: { runId, recipe, labels, setHash, sureness, members: 1 },
      };
    });
  }

  async #together({ runId, recipe, setHash }: RunResult, { members, flip }: Ensemble): Promise<Tried> {
    const some: Classifier[] = [];
    try {
      for (const member of members) some.push((await this.#alone(member.runId)).classifier);
    } catch (error) {
      for (const classifier of some) classifier.dispose();
      throw error;
    }
    const [first, ...others] = some;
    invariant(first !== undefined, 'an ensemble has members');
    const weights = members.map(({ weight }) => weight);
    const { labels } = first.answering;
    return {
      classifier: new Together([first, ...others], weights, flip),
      about: { runId, recipe, labels, setHash, sureness: null, members: members.length },
    };
  }
}

/** What only one network has: places where it looked, and features that its head starts from. */
function alone(asked: Asked): Classifier {
  if (asked instanceof Classifier) return asked;
  throw ofSeveral();
}
