/**
 * What the face detector says, as boxes: each of its 896 numbers belongs to a cell of one of two maps, and says how far from
 * the cell's middle a face is. Boxes that overlap are of one face: their mean is taken, each by how sure it is.
 *
 * @see https://github.com/google-ai-edge/mediapipe/tree/master/mediapipe/modules/face_detection, whose settings these are
 */
import { FACE_INPUT, FACE_MAPS, FACE_NUMBERS, type RawFaces } from './network.ts';

/** A face in a square picture; all are shares of its side, `x` and `y` those of the box's upper left corner. */
export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How sure the detector is, 0 to 1. */
  readonly score: number;
}

/** MediaPipe's own. */
const LEAST_SCORE = 0.5;
const MOST_OVERLAP = 0.3;
const MOST_LOGIT = 100;

/** The middle of each box's cell, as shares of the picture's side. */
const CENTRES: readonly (readonly [x: number, y: number])[] = FACE_MAPS.flatMap(({ cells, boxes }) =>
  Array.from({ length: cells * cells * boxes }, (_, at) => {
    const cell = Math.floor(at / boxes);
    return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells] as const;
  }),
);

/** The faces in a picture, the surest first. */
export function facesIn({ scores, boxes }: RawFaces): FaceBox[] {
  const found = CENTRES.flatMap(([middleX, middleY], at): FaceBox[] => {
    const logit = Math.min(MOST_LOGIT, Math.max(-MOST_LOGIT, scores[at] ?? -MOST_LOGIT));
    const score = 1 / (1 + Math.exp(-logit));
    if (score < LEAST_SCORE) return [];
    const [dx = 0, dy = 0, width = 0, height = 0] = boxes
      .subarray(at * FACE_NUMBERS, at * FACE_NUMBERS + 4)
      .map((value) => value / FACE_INPUT);
    return [{ x: middleX + dx - width / 2, y: middleY + dy - height / 2, width, height, score }];
  });
  return merged(found);
}

function merged(found: readonly FaceBox[]): FaceBox[] {
  let left = found.toSorted((one, other) => other.score - one.score);
  const faces: FaceBox[] = [];
  while (left.length > 0) {
    const [surest] = left;
    if (surest === undefined) break;
    const same = left.filter((box) => box === surest || overlap(box, surest) > MOST_OVERLAP);
    faces.push(meanOf(same, surest.score));
    left = left.filter((box) => !same.includes(box));
  }
  return faces;
}

/** Share of what two boxes cover that both cover. */
function overlap(one: FaceBox, other: FaceBox): number {
  const side = (from: number, to: number): number => Math.max(0, to - from);
  const both =
    side(Math.max(one.x, other.x), Math.min(one.x + one.width, other.x + other.width)) *
    side(Math.max(one.y, other.y), Math.min(one.y + one.height, other.y + other.height));
  const all = one.width * one.height + other.width * other.height - both;
  return all <= 0 ? 0 : both / all;
}

/** By their corners, each as much as it is sure. */
function meanOf(boxes: readonly FaceBox[], score: number): FaceBox {
  const all = boxes.reduce((sum, box) => sum + box.score, 0);
  const mean = (of: (box: FaceBox) => number): number =>
    boxes.reduce((sum, box) => sum + of(box) * box.score, 0) / all;
  const [x, y] = [mean((box) => box.x), mean((box) => box.y)];
  return {
    ...{ x, y, score },
    width: mean((box) => box.x + box.width) - x,
    height: mean((box) => box.y + box.height) - y,
  };
}
