/**
 * Views of pictures and the network's preprocessing, from bytes to the network's input.
 *
 * **Sum.** An output pixel is taken through its picture's map, ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with
 * k = c0 x + c1 y + 1, reflected at the edges, and read there from the four pixels around: upper = u + across (u' - u), lower
 * alike, and upper + down (lower - upper). Contrast is (v - mean) factor + mean, held between 0 and 255, a patch is painted
 * over it, and what comes out is v scale + offset. All of it is in float64, rounded to float32 where a level is stored and at the
 * end, in the order of data/augmentations/apply-views.ts: the bits are those that the host has, of whatever machine.
 * float32 would take half the vectors, and place a pixel at the far end of 224 to 2^-17 of a pixel.
 *
 * **Lines.** A part is some lines of all pictures, so that threads share a single picture as well as a batch, and a line lies in
 * the first cache while all is done to it. The mean that contrast goes about is of the whole transformed picture: so lines
 * whose contrast changes are left as levels, each with what it adds up to, and are finished in a second task. Sums are of lines,
 * and then of these in their order, so nobody's share shows in them. All pictures go through the first task before the
 * second: in rounds of as many as threads have room for in their caches, both took as long.
 *
 * **Places, then pixels.** A line's places are listed first (transform.as.ts). From coordinates to addresses to bytes to
 * levels it is some eighty cycles, and in one loop what waits for bytes fills the processor's scheduler, so that hardly anything
 * of the next pixels begins: that took 1.6 times as long.
 *
 * **Roof.** A pixel takes 16 operations to its place, 33 between four pixels, 6 to scale and 18 for contrast, two to a vector,
 * on 3 bytes read and 12 written: arithmetic is the bound. Two pixels also take 12 shuffles that bring bytes into numbers, and
 * as many instructions again to load, compare, round and store, which no sum of operations shows. Bytes that nothing is done
 * to but scaling take 9 operations a pixel.
 *
 * **Reached.** One thread of an AMD EPYC, `npm run bench -- --only kernels`, a picture of 224, and as a multiple of the host's speed
 * in JavaScript:
 *
 *     bytes, scaled               0.054 ms   7.9
 *     mirrored, turned, zoomed    0.40 ms    5.1
 *     the same with contrast      0.50 ms    5.1
 *
 * That is a quarter of the roof.
 */
import { share } from '../geometry.as';
import { addUp, changeContrast, PIXEL_BYTES, scaleBytes, scaleLevels } from './levels.as';
import { BEFORE, placesBytes, transformLine } from './transform.as';

/** What is done to pictures, in the order in which views.ts writes it. Addresses are in bytes. */
@unmanaged
export class Views {
  /** RGB uint8, `[pictures, size, size, 3]`. */
  pictures: usize;
  /** float32: of each picture eight numbers, one, and seven. plan-views.ts says what they mean. */
  transforms: usize;
  contrast: usize;
  patches: usize;
  /** float64: what the pixels of each line add up to, three numbers. */
  sums: usize;
  /** float32, `[pictures, size, size, 3]`. */
  out: usize;
  /** Which of the eight bytes of two pixels each of the network's channels is; of both halves of a vector. */
  order: usize;
  /** float64: what the network's channels are multiplied with, and what is added then, three numbers, twice. */
  scale: usize;
  offset: usize;
  size: i32;
}

const TRANSFORM_BYTES: usize = 32;
const PATCH_BYTES: usize = 28;
const SUMS_BYTES: usize = 24;
const MEANS_BYTES: usize = 48;

/** Bytes that a thread needs: for the places of a line, or for means. */
export function viewsBytes(size: i32): usize {
  return max(placesBytes(size), MEANS_BYTES);
}

/**
 * Makes views of pictures, line by line. Of those whose contrast changes it leaves the transformed levels, and what each line of
 * them adds up to.
 *
 * @param room of {@link viewsBytes}
 */
export function viewLines(views: Views, lines: i32, room: usize, part: i32, parts: i32): void {
  const size = views.size;
  const order = v128.load(views.order);
  for (let line = share(lines, part, parts); line < share(lines, part + 1, parts); line++) {
    const n = line / size;
    const y = line - n * size;
    const transform = views.transforms + TRANSFORM_BYTES * <usize>n;
    const picture = views.pictures + <usize>(n * size * size * 3);
    const out = views.out + PIXEL_BYTES * <usize>(line * size);
    if (load<f32>(views.contrast + ((<usize>n) << 2)) != 1) {
      transformLine(picture, size, transform, y, order, room, out);
      addUp(out, size, views.sums + SUMS_BYTES * <usize>line);
      continue;
    }
    if (isIdentity(transform)) {
      scaleBytes(picture + <usize>(y * size * 3), out, size, order, views.scale, views.offset);
    } else {
      transformLine(picture, size, transform, y, order, room, out);
      scaleLevels(out, size, views.scale, views.offset);
    }
    paint(views, n, y, out);
  }
}

/**
 * Finishes those lines of {@link viewLines} whose contrast changes.
 *
 * @param room of {@link viewsBytes}
 */
export function contrastLines(views: Views, lines: i32, room: usize, part: i32, parts: i32): void {
  const size = views.size;
  let known = -1;
  for (let line = share(lines, part, parts); line < share(lines, part + 1, parts); line++) {
    const n = line / size;
    const factor = load<f32>(views.contrast + ((<usize>n) << 2));
    if (factor == 1) continue;
    if (n != known) {
      putMeans(views.sums + SUMS_BYTES * <usize>(n * size), size, room);
      known = n;
    }
    const out = views.out + PIXEL_BYTES * <usize>(line * size);
    changeContrast(out, size, room, factor);
    scaleLevels(out, size, views.scale, views.offset);
    paint(views, n, line - n * size, out);
  }
}

/** Of a picture's channels, twice. */
function putMeans(sums: usize, size: i32, to: usize): void {
  for (let channel: usize = 0; channel < 24; channel += 8) {
    let sum: f64 = 0;
    for (let line = 0; line < size; line++) sum += load<f64>(sums + channel + SUMS_BYTES * <usize>line);
    const mean = sum / <f64>(size * size);
    store<f64>(to + channel, mean);
    store<f64>(to + channel, mean, 24);
  }
}

function isIdentity(transform: usize): bool {
  for (let i: usize = 0; i < 8; i++) {
    if (load<f32>(transform + (i << 2)) != (i == 0 || i == 4 ? 1 : 0)) return false;
  }
  return true;
}

/** Paints what a line has of its picture's patch: pixels whose numbers lie within it. */
function paint(views: Views, n: i32, y: i32, line: usize): void {
  const patch = views.patches + PATCH_BYTES * <usize>n;
  if (<f32>y < load<f32>(patch, 4) || <f32>y >= load<f32>(patch, 12)) return;
  const end = load<f32>(patch, 8);
  for (let x = <i32>ceil(load<f32>(patch)); <f32>x < end; x++) {
    for (let channel: usize = 0; channel < 3; channel++) {
      const colour = (<usize>load<u8>(views.order + channel) - BEFORE) << 2;
      const level = <f64>load<f32>(patch + colour, 16);
      const at = line + PIXEL_BYTES * <usize>x + (channel << 2);
      const numbers = channel << 3;
      store<f32>(at, <f32>(level * load<f64>(views.scale + numbers) + load<f64>(views.offset + numbers)));
    }
  }
}
