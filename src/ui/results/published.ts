/** Figures that were published for a recipe's set, to set a run's own beside. */
import type { Recipe } from '../../protocol/recipe.ts';

/** A published test accuracy. */
export interface Published {
  /** Name of the backbone, as in a recipe. */
  readonly backbone: string;
  readonly label: string;
  /** Top-1, 0 to 1. */
  readonly accuracy: number;
}

/** What was published for one set. */
export interface Publication {
  readonly citation: string;
  readonly figures: readonly Published[];
}

/** By the Hub repository of the set. Singh and Mai: their transfer-learning study of eight emotions, test accuracy. */
const publications: Readonly<Record<string, Publication>> = {
  'tukey/human_face_emotions_roboflow': {
    citation: 'Singh and Mai',
    figures: [
      { backbone: 'efficientnetb2', label: 'EfficientNetB2', accuracy: 0.4303 },
      { backbone: 'mobilenetv2', label: 'MobileNetV2', accuracy: 0.4931 },
      { backbone: 'vgg16', label: 'VGG16', accuracy: 0.592 },
    ],
  },
};

/** What was published for the set of a recipe, or null. */
export function publicationOf(recipe: Recipe): Publication | null {
  const { repo } = recipe.dataset;
  return typeof repo === 'string' ? (publications[repo] ?? null) : null;
}
