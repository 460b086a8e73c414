/** A file that was picked on an earlier visit, or that a link names: a page may not open it by itself, so it is asked for. */
import { useMemo, type ReactElement } from 'react';
import { awaitedOf, type Awaited } from '../../store/awaited.ts';
import { useStudioState } from '../studio-context.ts';
import { FileField } from './fields.tsx';

/** What has to be picked, or agreed to. */
export function useAwaited(): Awaited {
  const recipe = useStudioState((state) => state.recipe);
  const catalog = useStudioState((state) => state.catalog);
  const picked = useStudioState((state) => state.picked);
  const linked = useStudioState((state) => state.linked);
  return useMemo(() => awaitedOf({ recipe, catalog, picked, linked }), [recipe, catalog, picked, linked]);
}

interface PickAgainProps {
  /** As the recipe names it. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly accept?: string | undefined;
  readonly onPick: (files: readonly File[], first: File) => void;
}

export function PickAgain({ name, isFolder, accept, onPick }: PickAgainProps): ReactElement {
  return (
    <section className="message" aria-label="Waiting for a file">
      <FileField
        label={`Pick the ${isFolder ? 'folder' : 'file'} “${name}” again`}
        help="Picked on an earlier visit or named by a link; a page may not open it by itself. Train waits for it."
        isFolder={isFolder}
        isMultiple={!isFolder}
        accept={accept}
        onPick={onPick}
      />
    </section>
  );
}
