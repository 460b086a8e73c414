/** Weights in plain words: where they come from, how much there is to read, what is here already, and their own classes. */
import type { ReactElement } from 'react';
import { countInWords, formatBytes } from '../../lib/format.ts';
import type { WeightsSummary } from '../../protocol/model.ts';
import { useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { WeightsUseFacts } from './WeightsUse.tsx';

export function WeightsFacts({ weights }: { readonly weights: WeightsSummary | null }): ReactElement {
  const ofSet = useStudioState((state) => state.dataset.value?.labels ?? none);
  if (weights !== null && weights.problem !== null) return <Message error={weights.problem} />;
  return (
    <>
      <dl className="facts below-field">
        <div>
          <dt>Weights</dt>
          <dd>{weights === null ? '–' : weights.origin}</dd>
        </div>
        <div>
          <dt>Size</dt>
          <dd>{weights === null ? '–' : weightsSize(weights)}</dd>
        </div>
      </dl>
      {weights?.labels != null && <p className="small">{labelsText(weights.labels, ofSet)}</p>}
      {weights?.use != null && <WeightsUseFacts use={weights.use} />}
    </>
  );
}

const none: readonly string[] = [];

/** Whether training has to wait for a download, and for how much: `9.0 MB, here already`. */
export function weightsSize({ kind, sizeBytes, hereBytes }: WeightsSummary): string {
  if (kind === 'random') return 'nothing to load';
  if (sizeBytes === null) {
    if (kind === 'file') return 'known when it is opened';
    return hereBytes === 0 ? 'to be downloaded' : `${formatBytes(hereBytes)} here already`;
  }
  const size = formatBytes(sizeBytes);
  if (kind !== 'download') return size;
  if (hereBytes >= sizeBytes) return `${size}, here already`;
  return hereBytes === 0 ? `${size} to download` : `${formatBytes(hereBytes)} of ${size} here`;
}

/** Most names that are listed. */
const LISTED = 8;

/** The classes that the weights were trained on, and which of them the open set has. */
export function labelsText(labels: readonly string[], ofSet: readonly string[]): string {
  const rest = labels.length - LISTED;
  const names = `${labels.slice(0, LISTED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const shared = labels.filter((label) => ofSet.includes(label)).length;
  const matched =
    ofSet.length === 0
      ? ''
      : shared === 0
        ? ' None of them is a class of this set.'
        : shared === ofSet.length
          ? ' They hold every class of this set.'
          : ` ${countInWords(shared).replace(/^./u, (first) => first.toUpperCase())} of this set’s ${countInWords(ofSet.length)} classes ${shared === 1 ? 'is' : 'are'} among them.`;
  return `Their own classes: ${names}.${matched}`;
}
