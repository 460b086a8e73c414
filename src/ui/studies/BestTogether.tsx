/** The best of a study as one run that answers for them; which they are is told by validation alone. */
import { useState, type ReactElement } from 'react';
import { countInWords } from '../../lib/format.ts';
import type { QueuedStudy } from '../../protocol/runs/queue.ts';
import { bestFirst } from '../../store/queue/best-first.ts';
import { KeepTogether } from '../runs/KeepTogether.tsx';
import { useStudioState } from '../studio-context.ts';
import { ChoiceField } from '../widgets/fields.tsx';

/** At first, and at most: each one more is asked about every picture. */
const USUAL = 3;
const MOST = 10;

/** Nothing before two runs of it are kept. */
export function BestTogether({ queued }: { readonly queued: QueuedStudy }): ReactElement | null {
  const kept = useStudioState((state) => state.kept);
  const [asked, setAsked] = useState(USUAL);
  const isHere = (runId: string): boolean => kept.some((run) => run.runId === runId && !run.isDeleted);
  const ranked = bestFirst(queued).filter(({ runId }) => isHere(runId));
  const most = Math.min(MOST, ranked.length);
  if (most < 2) return null;
  const count = Math.min(asked, most);
  const best = ranked.slice(0, count);
  return (
    <details className="note">
      <summary>The best of them together</summary>
      <div className="study-best">
        <ChoiceField
          label="How many"
          help={`Those with the least validation loss: ${best.map(({ name }) => name).join(', ')}. Test pictures have no say in it.`}
          value={count.toString()}
          choices={Array.from({ length: most - 1 }, (_, index) => {
            const value = (index + 2).toString();
            return { value, label: value };
          })}
          onChoose={(value) => setAsked(Number(value))}
        />
        <KeepTogether
          key={best.map(({ runId }) => runId).join(' ')}
          runIds={best.map(({ runId }) => runId)}
          recipe={queued.base}
          label={`Keep the best ${countInWords(count)} as one run`}
        />
      </div>
    </details>
  );
}
