/** Whether pictures are taken whole or cut to the largest face in them, and what becomes of those without one. */
import type { ReactElement } from 'react';
import type { OptionSpec } from '../../protocol/catalog.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { OptionField } from '../widgets/OptionField.tsx';

const crop = {
  kind: 'choice',
  name: 'crop',
  label: 'Pictures are taken',
  help: 'Cut to the largest face, which is found on this device; new pictures are then cut in the same way.',
  default: 'none',
  choices: [
    { value: 'none', label: 'whole' },
    { value: 'face', label: 'cut to the face' },
  ],
} as const;

const cropMargin = {
  kind: 'number',
  name: 'cropMargin',
  label: 'Room around the face',
  help: 'On each side, as a share of the face: 0.25 leaves hair and chin in.',
  default: 0.25,
  min: 0,
  max: 2,
  step: 0.05,
} as const;

const withoutFace = {
  kind: 'choice',
  name: 'withoutFace',
  label: 'Without a face',
  help: 'What becomes of pictures in which no face is found; the report shows them.',
  default: 'whole',
  choices: [
    { value: 'whole', label: 'taken whole' },
    { value: 'leaveOut', label: 'left out' },
  ],
} as const;

/** The settings, as they stand in the column. */
export function FaceCrop({ recipe }: { readonly recipe: Recipe }): ReactElement {
  const { image } = recipe;
  return (
    <details className="note">
      <summary>
        {image.crop === 'face' ? 'Pictures are cut to faces' : 'Whole pictures, or faces alone'}
      </summary>
      <div className="stack-s">
        <ImageOption spec={crop} recipe={recipe} />
        {image.crop === 'face' && (
          <>
            <ImageOption spec={cropMargin} recipe={recipe} />
            <WithoutFaceChoice recipe={recipe} />
          </>
        )}
      </div>
    </details>
  );
}

export function WithoutFaceChoice({ recipe }: { readonly recipe: Recipe }): ReactElement {
  return <ImageOption spec={withoutFace} recipe={recipe} />;
}

interface ImageOptionProps {
  readonly spec: OptionSpec & { readonly name: 'crop' | 'cropMargin' | 'withoutFace' };
  readonly recipe: Recipe;
}

function ImageOption({ spec, recipe }: ImageOptionProps): ReactElement {
  const studio = useStudio();
  const isFixed = useStudioState((state) => isActive(state.run) || state.dataset.status === 'loading');
  return (
    <OptionField
      spec={spec}
      value={recipe.image[spec.name]}
      isReadOnly={isFixed}
      onChange={(value) =>
        studio.edit((before) => ({ ...before, image: { ...before.image, [spec.name]: value } }))?.message ??
        null
      }
    />
  );
}
