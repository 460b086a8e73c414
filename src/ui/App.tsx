/** The page: the bar, and below it the columns. Keeps title and address in step with the state. */
import { useEffect, type ReactElement } from 'react';
import { linkOf } from '../store/recipe-link.ts';
import { isActive } from '../store/state.ts';
import { DropZone } from './drop/DropZone.tsx';
import { notify } from './notify.ts';
import { useStudio, useStudioState } from './studio-context.ts';
import { Later } from './widgets/Dialog.tsx';
import { onLinkOpened, showAddress } from './widgets/dialog-stack.ts';
import { DeviceTrouble } from './transport/DeviceTrouble.tsx';
import { TransportBar } from './transport/TransportBar.tsx';
import { barText, tabText } from './transport/bar-text.ts';

// Asked for at once, beside the engine, and not when the page is first drawn.
const columns = import('./Columns.tsx');
const loadPrint = () => import('./PrintReport.tsx');
const loadPrintHead = async () => (await loadPrint()).PrintHead;
const loadPrintedRecipe = async () => (await loadPrint()).PrintedRecipe;
const loadColumns = async () => (await columns).Columns;
const NONE = {};

export function App(): ReactElement {
  useTitle();
  useAddress();
  useLeaveWarning();
  useNotice();
  return (
    <>
      <TransportBar />
      <Later load={loadPrintHead} props={NONE} />
      <DeviceTrouble />
      <DropZone />
      <main>
        <Later load={loadColumns} props={NONE} />
      </main>
      <Later load={loadPrintedRecipe} props={NONE} />
    </>
  );
}

/** A tab in the background says how far the run is. */
function useTitle(): void {
  const place = useStudioState(tabText);
  useEffect(() => {
    document.title = place === null ? 'Mien' : `${place} · Mien`;
  }, [place]);
}

/** The address always names the recipe on the page, so that it can be copied as a link. */
function useAddress(): void {
  const studio = useStudio();
  const link = useStudioState((state) =>
    state.recipe === null ? null : linkOf(state.recipe, state.preset, state.catalog?.presets ?? []),
  );
  const choice = useStudioState((state) => state.backendChoice);
  useEffect(() => {
    if (link === null) return;
    // Dragging the cut changes it many times a second; browsers allow a few address changes.
    const timer = setTimeout(() => {
      const address = new URL(location.href);
      if (choice === 'auto') address.searchParams.delete('backend');
      else address.searchParams.set('backend', choice);
      address.hash = link;
      showAddress(address.href);
    }, 300);
    return () => clearTimeout(timer);
  }, [link, choice]);
  useEffect(
    () =>
      onLinkOpened((hash) => {
        if (!isActive(studio.store.getState().run)) studio.openLink(hash);
      }),
    [studio],
  );
}

/** Shorter runs are waited for. */
const LONG_SECONDS = 60;

/** Long work that has ended is said by the browser, where the user turned that on. */
function useNotice(): void {
  const studio = useStudio();
  useEffect(
    () =>
      studio.store.subscribe((now, before) => {
        const isQueueOver = before.queue.doing !== 'nothing' && now.queue.doing === 'nothing';
        if (isQueueOver && before.queue.doing === 'running') {
          const { failure } = now.queue;
          notify(
            failure === null ? 'The queue is done' : 'The queue stopped',
            failure?.message ?? 'All runs are kept.',
          );
        }
        const isRunOver = isActive(before.run) && !isActive(now.run) && now.queue.doing === 'nothing';
        if (!isRunOver) return;
        if (now.run.kind === 'finished' && now.run.seconds >= LONG_SECONDS)
          notify('The run has finished', barText(now).announcement);
        if (now.run.kind === 'failed') notify('The run stopped', now.run.error.message);
      }),
    [studio],
  );
}

/** A run lives in this tab, and so does one that ended and could not be stored: the browser asks before it is closed. */
function useLeaveWarning(): void {
  const active = useStudioState(
    (state) => isActive(state.run) || state.kept.some(({ isStored, isDeleted }) => !isStored && !isDeleted),
  );
  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [active]);
}
