;; Pillow's two resampling passes on SIMD; resize-kernel.ts holds this file assembled, resize.ts has the words.
;;
;; A weight of 23 bits and its sign does not fit the 16 bits of a dot product. It is kept in two halves,
;; weight = high * 2^15 + low, 0 <= low < 2^15, and the sums of both halves are put together at the end: 32-bit sums
;; wrap, so that the result is that of one 32-bit sum, bit by bit.
;;
;; Weights of one output pixel: for each pair of input pixels 8 bytes, high0 high1 low0 low1, 16 bits each. An odd
;; last pixel has a partner of weight 0, which may lie beyond the end: memory must go on for 64 bytes or a row.
(module
  (memory (export "memory") 1)

  ;; Two halves to one, byte by byte in turn. Four times makes of 16 rows one after another the columns one after another,
  ;; 16 bytes each, so that every step below works on 16 rows at once.
  (func $interleave (param $from i32) (param $into i32) (param $half i32)
    (local $end i32) (local $a v128) (local $b v128)
    (local.set $end (i32.add (local.get $from) (local.get $half)))
    (loop $more
      (local.set $a (v128.load (local.get $from)))
      (local.set $b (v128.load (i32.add (local.get $from) (local.get $half))))
      (v128.store (local.get $into)
        (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (local.get $b)))
      (v128.store offset=16 (local.get $into)
        (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a) (local.get $b)))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $into (i32.add (local.get $into) (i32.const 32)))
      (br_if $more (i32.lt_u (local.get $from) (local.get $end)))))

  ;; Every second byte, from the first (shift 0) or the second (shift 8) on.
  (func $pick (param $from i32) (param $into i32) (param $count i32) (param $shift i32)
    (local $end i32) (local $mask v128)
    (local.set $mask (v128.const i16x8 255 255 255 255 255 255 255 255))
    (local.set $end (i32.add (local.get $into) (local.get $count)))
    (loop $more
      (v128.store (local.get $into)
        (i8x16.narrow_i16x8_u
          (v128.and (i16x8.shr_u (v128.load (local.get $from)) (local.get $shift)) (local.get $mask))
          (v128.and (i16x8.shr_u (v128.load offset=16 (local.get $from)) (local.get $shift)) (local.get $mask))))
      (local.set $from (i32.add (local.get $from) (i32.const 32)))
      (local.set $into (i32.add (local.get $into) (i32.const 16)))
      (br_if $more (i32.lt_u (local.get $into) (local.get $end)))))

  ;; Undoes one $interleave; the second half is written last, over what the first wrote too much.
  (func $separate (param $from i32) (param $into i32) (param $half i32)
    (call $pick (local.get $from) (local.get $into) (local.get $half) (i32.const 0))
    (call $pick (local.get $from) (i32.add (local.get $into) (local.get $half)) (local.get $half) (i32.const 8)))

  ;; 16 rows, [16, columns, channels] to [16, to, 3]; channels is 3 or 4, of which a fourth is left out. The rows and
  ;; what is made of them are written over; `other` is as large as the larger of both.
  (func (export "across")
    (param $from i32) (param $other i32) (param $into i32) (param $rowBytes i32) (param $channels i32)
    (param $to i32) (param $starts i32) (param $pairs i32) (param $weights i32) (param $weightBytes i32)
    (local $i i32) (local $channel i32) (local $first i32) (local $out i32) (local $half i32)
    (local $at i32) (local $step i32) (local $weight i32) (local $end i32)
    (local $a v128) (local $b v128) (local $left v128) (local $right v128) (local $highs v128) (local $lows v128)
    (local $h0 v128) (local $h1 v128) (local $h2 v128) (local $h3 v128)
    (local $l0 v128) (local $l1 v128) (local $l2 v128) (local $l3 v128)
    (local.set $half (i32.shl (local.get $rowBytes) (i32.const 3)))
    (call $interleave (local.get $from) (local.get $other) (local.get $half))
    (call $interleave (local.get $other) (local.get $from) (local.get $half))
    (call $interleave (local.get $from) (local.get $other) (local.get $half))
    (call $interleave (local.get $other) (local.get $from) (local.get $half))
    (local.set $step (i32.shl (local.get $channels) (i32.const 4)))
    (local.set $out (local.get $into))
    (loop $pixel
      (local.set $first
        (i32.add (local.get $from)
          (i32.mul (local.get $step)
            (i32.load (i32.add (local.get $starts) (i32.shl (local.get $i) (i32.const 2)))))))
      (local.set $end
        (i32.add (local.get $weights)
          (i32.shl
            (i32.load (i32.add (local.get $pairs) (i32.shl (local.get $i) (i32.const 2))))
            (i32.const 3))))
      (local.set $channel (i32.const 0))
      (loop $colour
        (local.set $at (i32.add (local.get $first) (i32.shl (local.get $channel) (i32.const 4))))
        (local.set $weight (local.get $weights))
        (local.set $h0 (v128.const i32x4 0 0 0 0))
        (local.set $h1 (local.get $h0))
        (local.set $h2 (local.get $h0))
        (local.set $h3 (local.get $h0))
        (local.set $l0 (v128.const i32x4 2097152 2097152 2097152 2097152))
        (local.set $l1 (local.get $l0))
        (local.set $l2 (local.get $l0))
        (local.set $l3 (local.get $l0))
        (loop $pair
          (local.set $a (v128.load (local.get $at)))
          (local.set $b (v128.load (i32.add (local.get $at) (local.get $step))))
          (local.set $left
            (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (local.get $b)))
          (local.set $right
            (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a) (local.get $b)))
          (local.set $highs (v128.load32_splat (local.get $weight)))
          (local.set $lows (v128.load32_splat offset=4 (local.get $weight)))
          (local.set $a (i16x8.extend_low_i8x16_u (local.get $left)))
          (local.set $h0 (i32x4.add (local.get $h0) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l0 (i32x4.add (local.get $l0) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $a (i16x8.extend_high_i8x16_u (local.get $left)))
          (local.set $h1 (i32x4.add (local.get $h1) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l1 (i32x4.add (local.get $l1) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $a (i16x8.extend_low_i8x16_u (local.get $right)))
          (local.set $h2 (i32x4.add (local.get $h2) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l2 (i32x4.add (local.get $l2) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $a (i16x8.extend_high_i8x16_u (local.get $right)))
          (local.set $h3 (i32x4.add (local.get $h3) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l3 (i32x4.add (local.get $l3) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $at (i32.add (local.get $at) (i32.shl (local.get $step) (i32.const 1))))
          (local.set $weight (i32.add (local.get $weight) (i32.const 8)))
          (br_if $pair (i32.lt_u (local.get $weight) (local.get $end))))
        (local.set $l0 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h0) (i32.const 15)) (local.get $l0)) (i32.const 22)))
        (local.set $l1 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h1) (i32.const 15)) (local.get $l1)) (i32.const 22)))
        (local.set $l2 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h2) (i32.const 15)) (local.get $l2)) (i32.const 22)))
        (local.set $l3 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h3) (i32.const 15)) (local.get $l3)) (i32.const 22)))
        (v128.store (local.get $out)
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s (local.get $l0) (local.get $l1))
            (i16x8.narrow_i32x4_s (local.get $l2) (local.get $l3))))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $channel (i32.add (local.get $channel) (i32.const 1)))
        (br_if $colour (i32.lt_u (local.get $channel) (i32.const 3))))
      (local.set $weights (i32.add (local.get $weights) (local.get $weightBytes)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $pixel (i32.lt_u (local.get $i) (local.get $to))))
    (local.set $half (i32.mul (local.get $to) (i32.const 24)))
    (call $separate (local.get $into) (local.get $other) (local.get $half))
    (call $separate (local.get $other) (local.get $into) (local.get $half))
    (call $separate (local.get $into) (local.get $other) (local.get $half))
    (call $separate (local.get $other) (local.get $into) (local.get $half)))

  ;; [rows, rowBytes] to [to, rowBytes], 16 bytes of a row at a time.
  (func (export "down")
    (param $from i32) (param $into i32) (param $rowBytes i32)
    (param $to i32) (param $starts i32) (param $pairs i32) (param $weights i32) (param $weightBytes i32)
    (local $i i32) (local $x i32) (local $at i32) (local $weight i32) (local $end i32) (local $first i32)
    (local $a v128) (local $b v128) (local $left v128) (local $right v128) (local $highs v128) (local $lows v128)
    (local $h0 v128) (local $h1 v128) (local $h2 v128) (local $h3 v128)
    (local $l0 v128) (local $l1 v128) (local $l2 v128) (local $l3 v128)
    (loop $row
      (local.set $first
        (i32.add (local.get $from)
          (i32.mul (local.get $rowBytes)
            (i32.load (i32.add (local.get $starts) (i32.shl (local.get $i) (i32.const 2)))))))
      (local.set $end
        (i32.shl
          (i32.load (i32.add (local.get $pairs) (i32.shl (local.get $i) (i32.const 2))))
          (i32.const 3)))
      (local.set $x (i32.const 0))
      (loop $block
        (local.set $at (i32.add (local.get $first) (local.get $x)))
        (local.set $weight (i32.const 0))
        (local.set $h0 (v128.const i32x4 0 0 0 0))
        (local.set $h1 (local.get $h0))
        (local.set $h2 (local.get $h0))
        (local.set $h3 (local.get $h0))
        (local.set $l0 (v128.const i32x4 2097152 2097152 2097152 2097152))
        (local.set $l1 (local.get $l0))
        (local.set $l2 (local.get $l0))
        (local.set $l3 (local.get $l0))
        (loop $pair
          (local.set $a (v128.load (local.get $at)))
          (local.set $b (v128.load (i32.add (local.get $at) (local.get $rowBytes))))
          (local.set $left
            (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (local.get $b)))
          (local.set $right
            (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a) (local.get $b)))
          (local.set $highs (v128.load32_splat (i32.add (local.get $weights) (local.get $weight))))
          (local.set $lows (v128.load32_splat offset=4 (i32.add (local.get $weights) (local.get $weight))))
          (local.set $a (i16x8.extend_low_i8x16_u (local.get $left)))
          (local.set $h0 (i32x4.add (local.get $h0) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l0 (i32x4.add (local.get $l0) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $a (i16x8.extend_high_i8x16_u (local.get $left)))
          (local.set $h1 (i32x4.add (local.get $h1) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l1 (i32x4.add (local.get $l1) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $a (i16x8.extend_low_i8x16_u (local.get $right)))
          (local.set $h2 (i32x4.add (local.get $h2) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l2 (i32x4.add (local.get $l2) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $a (i16x8.extend_high_i8x16_u (local.get $right)))
          (local.set $h3 (i32x4.add (local.get $h3) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $l3 (i32x4.add (local.get $l3) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $at (i32.add (local.get $at) (i32.shl (local.get $rowBytes) (i32.const 1))))
          (local.set $weight (i32.add (local.get $weight) (i32.const 8)))
          (br_if $pair (i32.lt_u (local.get $weight) (local.get $end))))
        (local.set $l0 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h0) (i32.const 15)) (local.get $l0)) (i32.const 22)))
        (local.set $l1 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h1) (i32.const 15)) (local.get $l1)) (i32.const 22)))
        (local.set $l2 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h2) (i32.const 15)) (local.get $l2)) (i32.const 22)))
        (local.set $l3 (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $h3) (i32.const 15)) (local.get $l3)) (i32.const 22)))
        ;; The last block of a row may run into the next row, which is written after it.
        (v128.store
          (i32.add (local.get $into) (local.get $x))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s (local.get $l0) (local.get $l1))
            (i16x8.narrow_i32x4_s (local.get $l2) (local.get $l3))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (br_if $block (i32.lt_u (local.get $x) (local.get $rowBytes))))
      (local.set $weights (i32.add (local.get $weights) (local.get $weightBytes)))
      (local.set $into (i32.add (local.get $into) (local.get $rowBytes)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $row (i32.lt_u (local.get $i) (local.get $to))))))
