/**
 * Where the blocks of a backbone lie in its drawing, from the backbone's own block list. Width is the map's side and
 * height the channels, both as square roots, or the late maps would vanish. Units are those of the view box.
 */
import { mostUnfrozen, type BlockSummary, type ModelSummary } from '../../protocol/model.ts';

/** The drawing's width; its height comes with the layout. */
export const STRIP_WIDTH = 240;

/** The middle of the column of blocks. */
const MIDDLE = 72;
const INPUT_WIDTH = 136;
const TOP = 44;
/** Height that the blocks share out. */
const BLOCKS_HEIGHT = 300;
const SMALLEST = 4;
const GAP = 1.5;
const NECK = 6;

/** One block's rectangle. */
export interface PlacedBlock extends BlockSummary {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The shape between two maps of different size. */
export interface Neck {
  readonly path: string;
}

/** A label for all blocks of one map size. */
export interface ShapeLabel {
  readonly y: number;
  readonly text: string;
}

/** The whole drawing. */
export interface StripLayout {
  readonly height: number;
  readonly input: { readonly x: number; readonly y: number; readonly width: number };
  readonly blocks: readonly PlacedBlock[];
  readonly necks: readonly Neck[];
  readonly labels: readonly ShapeLabel[];
  readonly bottom: number;
}

/** Lays the blocks out from the picture down to the head. */
export function layoutStrip(model: ModelSummary): StripLayout {
  const inputSide = model.inputShape[0] ?? 1;
  const widthOf = (block: BlockSummary): number =>
    Math.max(8, INPUT_WIDTH * Math.sqrt(Math.min(1, side(block.shape) / inputSide)));
  const roots = model.blocks.map((block) => Math.sqrt(channels(block.shape)));
  const scale = BLOCKS_HEIGHT / Math.max(1, sum(roots));
  const blocks: PlacedBlock[] = [];
  const necks: Neck[] = [];
  let before = { width: INPUT_WIDTH, side: inputSide };
  let y = TOP + 2;
  model.blocks.forEach((block, index) => {
    const width = widthOf(block);
    if (side(block.shape) !== before.side || index === 0) {
      necks.push({ path: neck(before.width, width, y, NECK) });
      y += NECK;
    } else {
      y += GAP;
    }
    const height = Math.max(SMALLEST, (roots[index] ?? 1) * scale);
    blocks.push({ ...block, x: MIDDLE - width / 2, y, width, height });
    y += height;
    before = { width, side: side(block.shape) };
  });
  const bottom = y;
  necks.push({ path: neck(before.width, 70, bottom, 13) });
  const input = { x: MIDDLE - INPUT_WIDTH / 2, y: TOP, width: INPUT_WIDTH };
  return { height: bottom + 46, input, blocks, necks, labels: apart(labelsOf(blocks), bottom), bottom };
}

/** The height at which the drawing is cut when the last `unfreeze` of `layers` layers train. */
export function cutHeight(layout: StripLayout, layers: number, unfreeze: number): number {
  const first = Math.max(0, layers - unfreeze);
  const block = layout.blocks.find((each) => first < each.to);
  if (block === undefined || unfreeze <= 0) return layout.bottom + 2;
  const part = (first - block.from) / Math.max(1, block.to - block.from);
  return part <= 0 ? block.y - GAP / 2 : block.y + part * block.height;
}

/** The cut at a height, as a number of unfrozen layers: the other way round from {@link cutHeight}. */
export function unfreezeAt(layout: StripLayout, model: ModelSummary, y: number): number {
  const block = layout.blocks.find((each) => y < each.y + each.height);
  if (block === undefined) return 0;
  const part = Math.min(1, Math.max(0, (y - block.y) / block.height));
  return within(model, model.layers.length - Math.round(block.from + part * (block.to - block.from)));
}

/**
 * Where a key moves the cut: arrows by a layer, page keys by a block, Home and End as far as there is.
 *
 * @returns null for a key that moves nothing
 */
export function unfreezeAfterKey(key: string, unfreeze: number, model: ModelSummary): number | null {
  const stops = blockStops(model);
  const moved = {
    ArrowUp: unfreeze + 1,
    ArrowRight: unfreeze + 1,
    ArrowDown: unfreeze - 1,
    ArrowLeft: unfreeze - 1,
    PageUp: stops.find((stop) => stop > unfreeze) ?? Infinity,
    PageDown: stops.findLast((stop) => stop < unfreeze) ?? 0,
    Home: Infinity,
    End: 0,
  }[key];
  return moved === undefined ? null : within(model, moved);
}

/** A number of unfrozen layers that a recipe can have, from the head alone on. */
function within(model: ModelSummary, unfreeze: number): number {
  return Math.min(mostUnfrozen(model), Math.max(0, unfreeze));
}

/** The first layers of blocks, as numbers of unfrozen layers, fewest first; where Page Up and Page Down stop. */
function blockStops(model: ModelSummary): readonly number[] {
  const stops = model.blocks.map((block) => model.layers.length - block.from);
  return [...new Set([0, ...stops])].sort((a, b) => a - b);
}

/** `7×7×160`. */
export function shapeText(shape: readonly number[]): string {
  return shape.join('×');
}

/** One label a map size, at the middle of its blocks, with the shape of the last. */
function labelsOf(blocks: readonly PlacedBlock[]): ShapeLabel[] {
  const groups = new Map<number, PlacedBlock[]>();
  for (const block of blocks) {
    const group = groups.get(side(block.shape));
    if (group === undefined) groups.set(side(block.shape), [block]);
    else group.push(block);
  }
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) return [];
    const widest = group.reduce((a, b) => (channels(b.shape) > channels(a.shape) * 3 ? b : a), first);
    // A block with far more channels than the others (the last convolution) is the one worth naming.
    const named = widest === first ? last : widest;
    const middle =
      named === widest && named !== first ? named.y + named.height / 2 : (first.y + last.y + last.height) / 2;
    return [{ y: middle + 4, text: shapeText(named.shape) }];
  });
}

/** Height of a line of text: baselines nearer than that print one over the other. */
export const LINE = 14;

/** The labels, moved as little as they must be to stand below one another, between the picture's words and the head's. */
function apart(labels: readonly ShapeLabel[], bottom: number): ShapeLabel[] {
  const down: ShapeLabel[] = [];
  for (const label of labels.toSorted((one, other) => one.y - other.y)) {
    down.push({ ...label, y: Math.max(label.y, (down.at(-1)?.y ?? TOP) + LINE) });
  }
  const up: ShapeLabel[] = [];
  // The head's first line is as far below the blocks as a line is high.
  for (const label of down.toReversed()) {
    up.unshift({ ...label, y: Math.min(label.y, (up[0]?.y ?? bottom + LINE - 3) - LINE) });
  }
  return up;
}

function neck(above: number, below: number, y: number, height: number): string {
  const left = MIDDLE - above / 2;
  const right = MIDDLE + below / 2;
  return `M${left} ${y}h${above}L${right} ${y + height}h${-below}z`;
}

function side(shape: readonly number[]): number {
  return shape.length === 3 ? (shape[0] ?? 1) : 1;
}

function channels(shape: readonly number[]): number {
  return shape.at(-1) ?? 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
