/** What a printed page has that the screen shows otherwise: of what it is a report, on what it ran, and the whole recipe. */
import { useEffect, useState, type ReactElement } from 'react';
import { useFullRecipe, useShownRecipe, useStudioState } from './studio-context.ts';
import { recordOf } from '../store/state.ts';
import './styles/print.css';

/** A page may stay open over midnight. */
const todayText = (): string => new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(Date.now());

export function PrintHead(): ReactElement {
  const device = useStudioState((state) => state.device.value);
  const version = useStudioState((state) => state.catalog?.version ?? '');
  const [today, setToday] = useState(todayText);
  useEffect(() => {
    const say = (): void => setToday(todayText());
    addEventListener('beforeprint', say);
    return () => removeEventListener('beforeprint', say);
  }, []);
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
