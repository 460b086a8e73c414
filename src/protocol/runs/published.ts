/** Owns the figures that were published for a set: they stand beside what was measured here, and are marked as published. */
import type { Recipe } from '../recipe/recipe.ts';

/** What was published of one network on the set's test pictures. */
export interface Published {
  /** Name of the backbone, as in a recipe. */
  readonly backbone: string;
  readonly label: string;
  /** Top-1, 0 to 1. */
  readonly accuracy: number;
  /** Cross-entropy. */
  readonly loss: number;
}

/** What was published for one set. */
export interface Publication {
  readonly citation: string;
  readonly figures: readonly Published[];
}

/** By the Hub repository of the set. Singh and Mai: their transfer-learning study of eight emotions, test figures. */
const publications: Readonly<Record<string, Publication>> = {
  'tukey/human_face_emotions_roboflow': {
    citation: 'Singh and Mai',
    figures: [
      { backbone: 'efficientnetb2', label: 'EfficientNetB2', accuracy: 0.4303, loss: 1.507 },
      { backbone: 'mobilenetv2', label: 'MobileNetV2', accuracy: 0.4931, loss: 1.4313 },
      { backbone: 'vgg16', label: 'VGG16', accuracy: 0.592, loss: 1.18 },
    ],
  },
};

/** What was published for the set of a recipe, or null. */
export function publicationOf(recipe: Pick<Recipe, 'dataset'>): Publication | null {
  const { repo } = recipe.dataset;
  return typeof repo === 'string' ? (publications[repo] ?? null) : null;
}
