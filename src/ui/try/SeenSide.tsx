/** The picture as the network sees it: alone, with where it looked for a class, or with a part covered. */
import { useState, type ReactElement } from 'react';
import { formatPercent } from '../../lib/format.ts';
import type { TriedNetwork } from '../../protocol/try.ts';
import { CoverPart, type Covering } from './Cover.tsx';
import { HeatCanvas, SeenCanvas, type Heat } from './heat-canvas.tsx';
import type { Shown } from './trial.ts';
import { ranked, type Look } from './words.ts';

const looks: readonly { readonly name: Look; readonly label: string }[] = [
  { name: 'seen', label: 'As seen' },
  { name: 'why', label: 'Why' },
  { name: 'cover', label: 'Cover a part' },
];

/** Up to so many classes have their map beside the others; of more, one is chosen. */
const MOST_MAPS = 12;

interface SeenSideProps {
  readonly network: TriedNetwork;
  readonly shown: Shown;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  /** The class whose map is looked at. */
  readonly index: number;
  readonly onIndex: (index: number) => void;
  readonly covering: Covering;
}

export function SeenSide(props: SeenSideProps): ReactElement {
  const { network, shown, look, onLook, covering, index } = props;
  return (
    <>
      <fieldset className="try-looks">
        <legend className="visually-hidden">How to look at it</legend>
        {looks
          .filter(({ name }) => name !== 'why' || network.members === 1)
          .map(({ name, label }) => (
            <label key={name}>
              <input type="radio" name="look" checked={look === name} onChange={() => onLook(name)} />
              {label}
            </label>
          ))}
      </fieldset>
      {look === 'seen' && <AsSeen {...{ network, shown }} />}
      {look === 'why' && <Why {...props} />}
      {look === 'cover' && <CoverPart {...{ network, shown, covering, index }} />}
    </>
  );
}

function AsSeen({ network, shown }: Pick<SeenSideProps, 'network' | 'shown'>): ReactElement {
  const { size, resize } = network.recipe.image;
  return (
    <>
      <div className="try-seen as-pixels">
        <SeenCanvas seen={shown.answer.seen} label="The picture as the network sees it" />
      </div>
      <p className="small">
        All that reaches the network: {size} × {size} pixels, made by “{resize}”, its sides brought to the
        same length. Whatever is not seen here, it cannot know.
      </p>
    </>
  );
}

function Why({ network, shown, index, onIndex }: SeenSideProps): ReactElement | null {
  const [opacity, setOpacity] = useState(0.6);
  const { answer, truth } = shown;
  const { labels } = network;
  const [predicted = 0] = ranked(answer.probabilities);
  const heat = heatOf(shown, index);
  if (heat === null || answer.maps === null) return null;
  const label = labels[index] ?? '';
  const isBlank = heat.values.every((value) => value === 0);
  return (
    <>
      <div className="try-seen">
        <SeenCanvas seen={answer.seen} label={`The picture, with where the network looks for ${label}`} />
        <HeatCanvas heat={heat} opacity={opacity} side={448} hasLine />
      </div>
      {labels.length <= MOST_MAPS ? (
        <ul className="try-maps">
          {labels.map((each, at) => (
            <li key={at}>
              <button type="button" aria-pressed={at === index} title={each} onClick={() => onIndex(at)}>
                <SmallMap shown={shown} index={at} />
                <span>{each}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <div className="field">
          <label htmlFor="try-class">Class</label>
          <select id="try-class" value={index} onChange={({ target }) => onIndex(Number(target.value))}>
            {ranked(answer.probabilities).map((at) => (
              <option key={at} value={at}>
                {labels[at]}, {formatPercent(answer.probabilities[at] ?? 0, 0)}
              </option>
            ))}
          </select>
        </div>
      )}
      <label className="try-range">
        <span>Map over picture</span>
        <input
          type="range"
          min="0"
          max="100"
          value={Math.round(opacity * 100)}
          onChange={({ target }) => setOpacity(Number(target.value) / 100)}
        />
        <output>{formatPercent(opacity, 0)}</output>
      </label>
      {truth !== null && truth !== predicted && (
        <div className="try-pair">
          {[predicted, truth].map((at, place) => (
            <figure key={at}>
              <SmallMap shown={shown} index={at} />
              <figcaption className="small">
                {place === 0 ? 'It says' : 'In truth'} <b>{labels[at]}</b>,{' '}
                {formatPercent(answer.probabilities[at] ?? 0, 0)}
              </figcaption>
            </figure>
          ))}
        </div>
      )}
      <p className="small">
        {isBlank ? (
          <>Nothing in this picture speaks for {label}.</>
        ) : (
          <>
            Blue speaks for <b>{label}</b>; the white line holds what has half of the peak or more.
          </>
        )}{' '}
        It is a coarse map, {heat.width} × {heat.height} cells, and says where, not what: check it with{' '}
        <em>Cover a part</em>.
      </p>
    </>
  );
}

function SmallMap({ shown, index }: { readonly shown: Shown; readonly index: number }): ReactElement {
  const heat = heatOf(shown, index);
  return (
    <span className="try-small">
      <SeenCanvas seen={shown.answer.seen} />
      {heat !== null && <HeatCanvas heat={heat} opacity={0.65} side={96} hasLine />}
    </span>
  );
}

/** Cut out once for each answer and class: canvases draw anew when they get another. */
const heats = new WeakMap<object, Map<number, Heat>>();

function heatOf({ answer: { maps } }: Shown, index: number): Heat | null {
  if (maps === null) return null;
  const known = heats.get(maps) ?? new Map<number, Heat>();
  heats.set(maps, known);
  const { width, height } = maps;
  const cells = width * height;
  const heat = known.get(index) ?? {
    width,
    height,
    values: maps.values.subarray(index * cells, (index + 1) * cells),
  };
  known.set(index, heat);
  return heat;
}
