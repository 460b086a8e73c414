/** What the network says: every class with its probability, and what being this sure is worth. */
import { useEffect, useState, type ReactElement } from 'react';
import { keptLabel } from '../../charts/runs.tsx';
import { formatPercent } from '../../lib/format.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import type { TriedNetwork } from '../../protocol/try.ts';
import { useStudioState } from '../studio-context.ts';
import { ranked, thresholdOf, thresholdText, verdictOf, worthText, type Threshold } from './words.ts';

/** Up to so many classes keep their own order, so that eyes stay put; of more, the likeliest are shown. */
const IN_ORDER = 12;
const LIKELIEST = 8;

interface SaysProps {
  readonly network: TriedNetwork;
  readonly probabilities: Float32Array;
  /** Without the patch, where a part is covered. */
  readonly was: Float32Array | null;
  readonly threshold: Threshold | null;
}

export function Says({ network, probabilities, was, threshold }: SaysProps): ReactElement {
  const { labels, sureness } = network;
  const [first = 0, second] = ranked(probabilities);
  const confidence = probabilities[first] ?? 0;
  return (
    <>
      <div className="try-figure">
        <p className="figure">{formatPercent(confidence, 0)}</p>
        <p className="small">
          <b>{labels[first]}</b>
          {second === undefined ? '' : `, then ${labels[second] ?? ''}`}
          <br />
          {worthText(sureness, confidence)}
        </p>
      </div>
      <ClassBars {...{ labels, probabilities, was, threshold }} />
      <p className="small">
        {thresholdText(threshold)}
        {was === null ? '' : ' Outlined: without the patch.'}
      </p>
    </>
  );
}

type ClassBarsProps = Pick<SaysProps, 'probabilities' | 'was' | 'threshold'> & {
  readonly labels: readonly string[];
};

function ClassBars({ labels, probabilities, was, threshold }: ClassBarsProps): ReactElement {
  const [showsAll, setShowsAll] = useState(false);
  const order = ranked(probabilities);
  const isMany = labels.length > IN_ORDER;
  const shown = isMany
    ? order.slice(0, showsAll ? labels.length : LIKELIEST)
    : order.toSorted((a, b) => a - b);
  const at = (share: number | undefined): string => `${String((share ?? 0) * 100)}%`;
  return (
    <div className="try-bars">
      <table>
        <caption className="visually-hidden">Probability of each class</caption>
        <tbody>
          {shown.map((index) => (
            <tr key={index} className={index === order[0] ? 'likeliest' : undefined}>
              <th scope="row" title={labels[index]}>
                {labels[index]}
              </th>
              <td>
                <div className="try-bar" aria-hidden="true">
                  <i style={{ width: at(probabilities[index]) }} />
                  {was !== null && <b style={{ width: at(was[index]) }} />}
                  {threshold !== null && <span style={{ left: at(threshold.at) }} />}
                </div>
              </td>
              <td>{formatPercent(probabilities[index] ?? 0, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isMany && (
        <button type="button" className="link small" onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? 'The likeliest alone' : `All ${labels.length.toString()}, likeliest first`}
        </button>
      )}
    </div>
  );
}

interface SaysClauseProps {
  readonly network: TriedNetwork;
  readonly probabilities: Float32Array | null;
  readonly isLive: boolean;
  readonly isAsking: boolean;
}

/** Read out when the class changes; of a camera at most each two seconds. */
export function SaysClause({ network, probabilities, isLive, isAsking }: SaysClauseProps): ReactElement {
  const { labels, sureness } = network;
  const verdict = probabilities === null ? null : verdictOf(labels, probabilities, thresholdOf(sureness));
  const text =
    verdict === null ? '' : `It ${verdict.isUnsure ? 'is' : 'says'} ${verdict.word}${verdict.rest}.`;
  const spoken = useAtMostEach(isLive ? 2000 : 0, text);
  return (
    <>
      <p className="clause" aria-hidden={verdict !== null}>
        {verdict === null ? (
          isAsking ? (
            'and is looking.'
          ) : (
            'and says what it is.'
          )
        ) : (
          <>
            and {verdict.isUnsure ? 'is' : 'says'} <b>{verdict.word}</b>
            {verdict.rest}.
          </>
        )}
      </p>
      <p className="visually-hidden" role="status">
        {spoken}
      </p>
    </>
  );
}

/** A text that changes no sooner than so many ms after it changed last. */
function useAtMostEach(leastMs: number, text: string): string {
  const [held, setHeld] = useState({ text, atMs: -Infinity });
  useEffect(() => {
    if (held.text === text) return;
    const waitMs = Math.max(0, leastMs - (performance.now() - held.atMs));
    const timer = setTimeout(() => setHeld({ text, atMs: performance.now() }), waitMs);
    return () => clearTimeout(timer);
  }, [held, text, leastMs]);
  return held.text;
}

/** Which network it is that answers. */
export function WhoAnswers({ run }: { readonly run: KeptRun }): ReactElement {
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const labelOf = (each: string): string => backbones?.find((entry) => entry.name === each)?.label ?? each;
  const name = keptLabel(run, labelOf);
  return (
    <p className="small">
      <b>{name}</b>
      {run.test !== null && <>, right on {formatPercent(run.test.accuracy)} of its test pictures</>}. It knows
      its classes and nothing else: shown anything, it names one of them.
    </p>
  );
}
