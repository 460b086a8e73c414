/**
 * What the recipe names that the page does not open by itself: files are picked again, and what a link names is agreed to.
 * Loaded when there is any.
 */
import type { ReactElement } from 'react';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { PickAgain, useAwaited } from '../widgets/PickAgain.tsx';

export function AwaitedPictures(): ReactElement {
  return (
    <>
      <LinkAsks />
      <PickedAgain />
    </>
  );
}

/** A link fetches nothing unasked: what it would is shown, and waits. */
function LinkAsks(): ReactElement | null {
  const studio = useStudio();
  const { remote } = useAwaited();
  const hasSet = useStudioState((state) => state.dataset.value !== null);
  const active = useStudioState((state) => isActive(state.run));
  if (remote === null || active) return null;
  return (
    <section className="message" aria-label="What the link would fetch">
      <p>
        The link that was opened would fetch the set <b>{remote.name}</b> from {remote.server}. Nothing of it
        was asked for yet{hasSet && ', and what stands below is the set before it'}.
      </p>
      <p className="actions">
        <button type="button" className="primary" onClick={() => void studio.agree()}>
          Fetch it
        </button>
        <button type="button" onClick={() => void studio.cancelOpening()}>
          Leave it
        </button>
      </p>
    </section>
  );
}

/** The pictures that have to be picked again; those of the camera are gone. */
function PickedAgain(): ReactElement | null {
  const studio = useStudio();
  const { pictures } = useAwaited();
  const active = useStudioState((state) => isActive(state.run));
  if (pictures === null || active) return null;
  const { name, option } = pictures;
  if (option.isCamera === true) {
    return (
      <p className="message">
        The pictures that were taken with the camera were gone when the page was closed. Take others, or
        choose another set: Train waits for it.
      </p>
    );
  }
  return (
    <PickAgain
      name={name}
      isFolder={option.isFolder === true}
      accept={option.accept}
      onPick={(files, first) => {
        const given = first.name.replace(/\/.*/, '');
        studio.edit((before) => ({ ...before, dataset: { ...before.dataset, [option.name]: given } }), {
          files,
        });
      }}
    />
  );
}
