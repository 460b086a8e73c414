/** What a printed page has that the screen shows otherwise: of what it is a report, on what it ran, and the whole recipe. */
import type { ReactElement } from 'react';
import { useFullRecipe, useShownRecipe, useStudioState } from './studio-context.ts';
import { recordOf } from '../store/state.ts';

export function PrintHead(): ReactElement {
  const device = useStudioState((state) => state.device.value);
  const version = useStudioState((state) => state.catalog?.version ?? '');
  const today = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(Date.now());
  return (
    <div className="print-only" aria-hidden="true">
      <p className="clause">Mien: a report</p>
      <p className="small">
        {today} · Mien {version} · {device?.label}
      </p>
    </div>
  );
}

/** That of the run, or the one that is about to be carried out. */
export function PrintedRecipe(): ReactElement | null {
  const shown = useShownRecipe();
  const run = useStudioState((state) => recordOf(state.run)?.recipe ?? null);
  const full = useFullRecipe(run ?? shown);
  if (full === null) return null;
  return (
    <div className="print-only" aria-hidden="true">
      <h2>Recipe</h2>
      <pre className="print-recipe">{JSON.stringify(full, null, 2)}</pre>
    </div>
  );
}
