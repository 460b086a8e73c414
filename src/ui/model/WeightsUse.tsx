/** How weights of the user's own are used: what pictures become, as numbers and as a picture, and what is left out. */
import { useEffect, useRef, type ReactElement } from 'react';
import { countOf, formatPlain } from '../../lib/format.ts';
import type { ChannelSum, WeightsUse } from '../../protocol/model.ts';
import { pictureRows } from '../../store/set/set-rows.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Notices } from '../widgets/Message.tsx';
import { paint } from '../data/pictures.tsx';

const SAID_BY = {
  recipe: 'as you said',
  file: 'as the file says',
  library: 'as those who name weights so train them',
  nobody: 'as is usual for this network: the file does not say',
} as const;

export function WeightsUseFacts({ use }: { readonly use: WeightsUse }): ReactElement {
  const { preprocessing, saidBy, leftOut, notices } = use;
  return (
    <>
      <p className="small">
        A picture’s 0 to 255 become {rangeText(preprocessing)}, {SAID_BY[saidBy]}.
      </p>
      <SeenPicture use={use} />
      {leftOut.length > 0 && <p className="small">{leftOutText(leftOut)}</p>}
      <Notices notices={notices} />
    </>
  );
}

/** The first picture of the open set, as the backbone meets it: as it is, where the weights get what they want. */
function SeenPicture({ use }: { readonly use: WeightsUse }): ReactElement | null {
  const studio = useStudio();
  const dataset = useStudioState((state) => state.dataset.value);
  const row = dataset === null ? undefined : pictureRows(dataset, 1)[0];
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (dataset === null || row === undefined) return;
    let isCurrent = true;
    void studio.pictures.album.get(dataset, row).then((picture) => {
      if (isCurrent && picture !== null && canvas.current !== null)
        paint(canvas.current, asSeen(picture, use));
    });
    return () => {
      isCurrent = false;
    };
  }, [studio, dataset, row, use]);
  if (row === undefined) return null;
  return (
    <figure className="seen">
      <canvas
        ref={canvas}
        className="picture"
        width={1}
        height={1}
        role="img"
        aria-label="A picture of the set as the network sees it"
      />
      <figcaption className="small">
        A picture as the network sees it. Where its weights get what they were trained on, it looks as it is.
      </figcaption>
    </figure>
  );
}

/** A picture as a network sees it: the pixels with which its usual weights would be given the same numbers, cut to what pixels can show. */
function asSeen(
  picture: ImageData,
  { preprocessing, usual }: Pick<WeightsUse, 'preprocessing' | 'usual'>,
): ImageData {
  const { data, width, height } = picture;
  const seen = new Uint8ClampedArray(data);
  for (let at = 0; at < data.length; at += 4) {
    for (const channel of [0, 1, 2] as const) {
      const pixel = data[at + preprocessing.order[channel]] ?? 0;
      const value = pixel * preprocessing.scale[channel] + preprocessing.offset[channel];
      seen[at + usual.order[channel]] = (value - usual.offset[channel]) / usual.scale[channel];
    }
  }
  return new ImageData(seen, width, height);
}

function rangeText({ scale, offset }: ChannelSum): string {
  const ends = scale.flatMap((value, channel) => [
    offset[channel] ?? 0,
    value * 255 + (offset[channel] ?? 0),
  ]);
  const text = (value: number): string => formatPlain(Number(value.toPrecision(3)));
  return `${text(Math.min(...ends))} to ${text(Math.max(...ends))}`;
}

/** Most names that are listed. */
const LISTED = 6;

function leftOutText(layers: readonly string[]): string {
  const rest = layers.length - LISTED;
  const names = `${layers.slice(0, LISTED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return `${countOf(layers.length, 'layer')} of the file left out, for they are no part of the network: ${names}.`;
}
