/**
 * The innermost loops of the gradient by a depthwise filter, as tiles.as.ts has those of the pass forward: the gradients of
 * seven positions stay in registers, and each column goes into the sums of all taps that it lies under.
 *
 * All take a list of lines.as.ts; `tapBytes` lie between the sums of two taps, `slopes` are the addresses of seven gradients, and
 * channels are those from `begin` on of which four are left before `stop`, in bytes.
 */
import { multiplyAdd } from '../geometry.as';
import { columnAt, ENTRY_BYTES } from './lines.as';

/** One tap, whatever the stride. */
export function addTaps1(
  list: usize,
  end: usize,
  sums: usize,
  slopes: usize,
  begin: usize,
  stop: usize,
): void {
  for (let c = begin; c + 16 <= stop; c += 16) {
    const g0 = columnAt(slopes, 0, c);
    const g1 = columnAt(slopes, 1, c);
    const g2 = columnAt(slopes, 2, c);
    const g3 = columnAt(slopes, 3, c);
    const g4 = columnAt(slopes, 4, c);
    const g5 = columnAt(slopes, 5, c);
    const g6 = columnAt(slopes, 6, c);
    for (let entry = list; entry < end; entry += ENTRY_BYTES) {
      const first = sums + c + <usize>load<u32>(entry);
      let p = v128.load(first);
      let x = columnAt(entry + 4, 0, c);
      p = multiplyAdd(x, g0, p);
      x = columnAt(entry + 4, 1, c);
      p = multiplyAdd(x, g1, p);
      x = columnAt(entry + 4, 2, c);
      p = multiplyAdd(x, g2, p);
      x = columnAt(entry + 4, 3, c);
      p = multiplyAdd(x, g3, p);
      x = columnAt(entry + 4, 4, c);
      p = multiplyAdd(x, g4, p);
      x = columnAt(entry + 4, 5, c);
      p = multiplyAdd(x, g5, p);
      x = columnAt(entry + 4, 6, c);
      p = multiplyAdd(x, g6, p);
      v128.store(first, p);
    }
  }
}

/** Two taps. */
export function addTaps2(
  list: usize,
  end: usize,
  sums: usize,
  tapBytes: usize,
  slopes: usize,
  begin: usize,
  stop: usize,
): void {
  for (let c = begin; c + 16 <= stop; c += 16) {
    const g0 = columnAt(slopes, 0, c);
    const g1 = columnAt(slopes, 1, c);
    const g2 = columnAt(slopes, 2, c);
    const g3 = columnAt(slopes, 3, c);
    const g4 = columnAt(slopes, 4, c);
    const g5 = columnAt(slopes, 5, c);
    const g6 = columnAt(slopes, 6, c);
    for (let entry = list; entry < end; entry += ENTRY_BYTES) {
      const first = sums + c + <usize>load<u32>(entry);
      const second = first + tapBytes;
      let p = v128.load(first),
        q = v128.load(second);
      let x = columnAt(entry + 4, 0, c);
      p = multiplyAdd(x, g0, p);
      x = columnAt(entry + 4, 1, c);
      q = multiplyAdd(x, g0, q);
      p = multiplyAdd(x, g1, p);
      x = columnAt(entry + 4, 2, c);
      q = multiplyAdd(x, g1, q);
      p = multiplyAdd(x, g2, p);
      x = columnAt(entry + 4, 3, c);
      q = multiplyAdd(x, g2, q);
      p = multiplyAdd(x, g3, p);
      x = columnAt(entry + 4, 4, c);
      q = multiplyAdd(x, g3, q);
      p = multiplyAdd(x, g4, p);
      x = columnAt(entry + 4, 5, c);
      q = multiplyAdd(x, g4, q);
      p = multiplyAdd(x, g5, p);
      x = columnAt(entry + 4, 6, c);
      q = multiplyAdd(x, g5, q);
      p = multiplyAdd(x, g6, p);
      x = columnAt(entry + 4, 7, c);
      q = multiplyAdd(x, g6, q);
      v128.store(first, p);
      v128.store(second, q);
    }
  }
}

/** Three taps. */
export function addTaps3(
  list: usize,
  end: usize,
  sums: usize,
  tapBytes: usize,
  slopes: usize,
  begin: usize,
  stop: usize,
): void {
  for (let c = begin; c + 16 <= stop; c += 16) {
    const g0 = columnAt(slopes, 0, c);
    const g1 = columnAt(slopes, 1, c);
    const g2 = columnAt(slopes, 2, c);
    const g3 = columnAt(slopes, 3, c);
    const g4 = columnAt(slopes, 4, c);
    const g5 = columnAt(slopes, 5, c);
    const g6 = columnAt(slopes, 6, c);
    for (let entry = list; entry < end; entry += ENTRY_BYTES) {
      const first = sums + c + <usize>load<u32>(entry);
      const second = first + tapBytes;
      const third = second + tapBytes;
      let p = v128.load(first),
        q = v128.load(second),
        r = v128.load(third);
      let x = columnAt(entry + 4, 0, c);
      p = multiplyAdd(x, g0, p);
      x = columnAt(entry + 4, 1, c);
      q = multiplyAdd(x, g0, q);
      p = multiplyAdd(x, g1, p);
      x = columnAt(entry + 4, 2, c);
      r = multiplyAdd(x, g0, r);
      q = multiplyAdd(x, g1, q);
      p = multiplyAdd(x, g2, p);
      x = columnAt(entry + 4, 3, c);
      r = multiplyAdd(x, g1, r);
      q = multiplyAdd(x, g2, q);
      p = multiplyAdd(x, g3, p);
      x = columnAt(entry + 4, 4, c);
      r = multiplyAdd(x, g2, r);
      q = multiplyAdd(x, g3, q);
      p = multiplyAdd(x, g4, p);
      x = columnAt(entry + 4, 5, c);
      r = multiplyAdd(x, g3, r);
      q = multiplyAdd(x, g4, q);
      p = multiplyAdd(x, g5, p);
      x = columnAt(entry + 4, 6, c);
      r = multiplyAdd(x, g4, r);
      q = multiplyAdd(x, g5, q);
      p = multiplyAdd(x, g6, p);
      x = columnAt(entry + 4, 7, c);
      r = multiplyAdd(x, g5, r);
      q = multiplyAdd(x, g6, q);
      x = columnAt(entry + 4, 8, c);
      r = multiplyAdd(x, g6, r);
      v128.store(first, p);
      v128.store(second, q);
      v128.store(third, r);
    }
  }
}

/** Five taps. */
export function addTaps5(
  list: usize,
  end: usize,
  sums: usize,
  tapBytes: usize,
  slopes: usize,
  begin: usize,
  stop: usize,
): void {
  for (let c = begin; c + 16 <= stop; c += 16) {
    const g0 = columnAt(slopes, 0, c);
    const g1 = columnAt(slopes, 1, c);
    const g2 = columnAt(slopes, 2, c);
    const g3 = columnAt(slopes, 3, c);
    const g4 = columnAt(slopes, 4, c);
    const g5 = columnAt(slopes, 5, c);
    const g6 = columnAt(slopes, 6, c);
    for (let entry = list; entry < end; entry += ENTRY_BYTES) {
      const first = sums + c + <usize>load<u32>(entry);
      const second = first + tapBytes;
      const third = second + tapBytes;
      const fourth = third + tapBytes;
      const fifth = fourth + tapBytes;
      let p = v128.load(first),
        q = v128.load(second),
        r = v128.load(third),
        s = v128.load(fourth),
        t = v128.load(fifth);
      let x = columnAt(entry + 4, 0, c);
      p = multiplyAdd(x, g0, p);
      x = columnAt(entry + 4, 1, c);
      q = multiplyAdd(x, g0, q);
      p = multiplyAdd(x, g1, p);
      x = columnAt(entry + 4, 2, c);
      r = multiplyAdd(x, g0, r);
      q = multiplyAdd(x, g1, q);
      p = multiplyAdd(x, g2, p);
      x = columnAt(entry + 4, 3, c);
      s = multiplyAdd(x, g0, s);
      r = multiplyAdd(x, g1, r);
      q = multiplyAdd(x, g2, q);
      p = multiplyAdd(x, g3, p);
      x = columnAt(entry + 4, 4, c);
      t = multiplyAdd(x, g0, t);
      s = multiplyAdd(x, g1, s);
      r = multiplyAdd(x, g2, r);
      q = multiplyAdd(x, g3, q);
      p = multiplyAdd(x, g4, p);
      x = columnAt(entry + 4, 5, c);
      t = multiplyAdd(x, g1, t);
      s = multiplyAdd(x, g2, s);
      r = multiplyAdd(x, g3, r);
      q = multiplyAdd(x, g4, q);
      p = multiplyAdd(x, g5, p);
      x = columnAt(entry + 4, 6, c);
      t = multiplyAdd(x, g2, t);
      s = multiplyAdd(x, g3, s);
      r = multiplyAdd(x, g4, r);
      q = multiplyAdd(x, g5, q);
      p = multiplyAdd(x, g6, p);
      x = columnAt(entry + 4, 7, c);
      t = multiplyAdd(x, g3, t);
      s = multiplyAdd(x, g4, s);
      r = multiplyAdd(x, g5, r);
      q = multiplyAdd(x, g6, q);
      x = columnAt(entry + 4, 8, c);
      t = multiplyAdd(x, g4, t);
      s = multiplyAdd(x, g5, s);
      r = multiplyAdd(x, g6, r);
      x = columnAt(entry + 4, 9, c);
      t = multiplyAdd(x, g5, t);
      s = multiplyAdd(x, g6, s);
      x = columnAt(entry + 4, 10, c);
      t = multiplyAdd(x, g6, t);
      v128.store(first, p);
      v128.store(second, q);
      v128.store(third, r);
      v128.store(fourth, s);
      v128.store(fifth, t);
    }
  }
}
