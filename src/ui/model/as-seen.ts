/** Owns a picture as a network sees it: the pixels with which its usual weights would be given the same numbers. */
import type { WeightsUse } from '../../protocol/model.ts';

/** A new picture; what lies beyond what pixels can show is cut. */
export function asSeen(
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
