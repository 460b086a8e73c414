;; The colours of a JPEG whose two colour planes have half of its width and height, as libjpeg makes them, on SIMD;
;; ycc-kernel.ts holds this file assembled, and has the words.
;;
;; @see libjpeg-turbo h2v2_fancy_upsample (jdsample.c) and ycc_rgb_convert (jdcolor.c)
(module
  (memory (export "memory") 1)

  ;; One row of a colour plane to twice its width, 16 bits a value, less 128. A value is three parts of the nearest and
  ;; one of the next, across and down; at the edges the nearest is its own neighbour. `sums` has room for a value
  ;; before the first, and all three may be read or written for 16 bytes beyond their ends.
  (func $widen (param $near i32) (param $far i32) (param $columns i32) (param $sums i32) (param $into i32)
    (local $i i32) (local $at i32)
    (local $sum v128) (local $even v128) (local $odd v128)
    (loop $add
      (local.set $sum (i16x8.extend_low_i8x16_u (v128.load64_zero (i32.add (local.get $near) (local.get $i)))))
      (v128.store (i32.add (local.get $sums) (i32.shl (local.get $i) (i32.const 1)))
        (i16x8.add
          (i16x8.add (local.get $sum) (i16x8.shl (local.get $sum) (i32.const 1)))
          (i16x8.extend_low_i8x16_u (v128.load64_zero (i32.add (local.get $far) (local.get $i))))))
      (local.set $i (i32.add (local.get $i) (i32.const 8)))
      (br_if $add (i32.lt_u (local.get $i) (local.get $columns))))
    (i32.store16 (i32.sub (local.get $sums) (i32.const 2)) (i32.load16_u (local.get $sums)))
    (local.set $at (i32.add (local.get $sums) (i32.shl (local.get $columns) (i32.const 1))))
    (i32.store16 (local.get $at) (i32.load16_u (i32.sub (local.get $at) (i32.const 2))))
    (local.set $i (i32.const 0))
    (loop $spread
      (local.set $at (i32.add (local.get $sums) (i32.shl (local.get $i) (i32.const 1))))
      (local.set $sum (v128.load (local.get $at)))
      (local.set $sum (i16x8.add (local.get $sum) (i16x8.shl (local.get $sum) (i32.const 1))))
      (local.set $even
        (i16x8.sub
          (i16x8.shr_u
            (i16x8.add
              (i16x8.add (local.get $sum) (v128.load (i32.sub (local.get $at) (i32.const 2))))
              (v128.const i16x8 8 8 8 8 8 8 8 8))
            (i32.const 4))
          (v128.const i16x8 128 128 128 128 128 128 128 128)))
      (local.set $odd
        (i16x8.sub
          (i16x8.shr_u
            (i16x8.add
              (i16x8.add (local.get $sum) (v128.load offset=2 (local.get $at)))
              (v128.const i16x8 7 7 7 7 7 7 7 7))
            (i32.const 4))
          (v128.const i16x8 128 128 128 128 128 128 128 128)))
      (local.set $at (i32.add (local.get $into) (i32.shl (local.get $i) (i32.const 2))))
      (v128.store (local.get $at)
        (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $even) (local.get $odd)))
      (v128.store offset=16 (local.get $at)
        (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $even) (local.get $odd)))
      (local.set $i (i32.add (local.get $i) (i32.const 8)))
      (br_if $spread (i32.lt_u (local.get $i) (local.get $columns)))))

  ;; One row of brightness and colours to RGB, 8 pixels at a time: 24 bytes, of which the last may be too many.
  ;; libjpeg's factors have 16 bits behind the point; those that do not fit are taken less a whole number.
  (func $colour (param $y i32) (param $cb i32) (param $cr i32) (param $into i32) (param $columns i32)
    (local $x i32)
    (local $light v128) (local $blue v128) (local $red v128) (local $low v128) (local $high v128)
    (local $r v128) (local $g v128) (local $b v128)
    (loop $pixels
      (local.set $light (i16x8.extend_low_i8x16_u (v128.load64_zero (i32.add (local.get $y) (local.get $x)))))
      (local.set $blue (v128.load (i32.add (local.get $cb) (i32.shl (local.get $x) (i32.const 1)))))
      (local.set $red (v128.load (i32.add (local.get $cr) (i32.shl (local.get $x) (i32.const 1)))))
      ;; R = Y + 1.402 Cr: 13173 / 2^15 rounds as 26345 / 2^16 does for every Cr.
      (local.set $r
        (i16x8.add (i16x8.add (local.get $light) (local.get $red))
          (i16x8.q15mulr_sat_s (local.get $red)
            (v128.const i16x8 13173 13173 13173 13173 13173 13173 13173 13173))))
      ;; B = Y + 1.772 Cb.
      (local.set $b
        (i16x8.add (i16x8.add (local.get $light) (i16x8.shl (local.get $blue) (i32.const 1)))
          (i16x8.q15mulr_sat_s (local.get $blue)
            (v128.const i16x8 -7471 -7471 -7471 -7471 -7471 -7471 -7471 -7471))))
      ;; G = Y - 0.34414 Cb - 0.71414 Cr, rounded once.
      (local.set $low
        (i32x4.shr_s
          (i32x4.add
            (i32x4.dot_i16x8_s
              (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $blue) (local.get $red))
              (v128.const i16x8 -22554 18734 -22554 18734 -22554 18734 -22554 18734))
            (v128.const i32x4 32768 32768 32768 32768))
          (i32.const 16)))
      (local.set $high
        (i32x4.shr_s
          (i32x4.add
            (i32x4.dot_i16x8_s
              (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $blue) (local.get $red))
              (v128.const i16x8 -22554 18734 -22554 18734 -22554 18734 -22554 18734))
            (v128.const i32x4 32768 32768 32768 32768))
          (i32.const 16)))
      (local.set $g
        (i16x8.add (i16x8.sub (local.get $light) (local.get $red))
          (i16x8.narrow_i32x4_s (local.get $low) (local.get $high))))
      (local.set $r (i8x16.narrow_i16x8_u (local.get $r) (local.get $g)))
      (local.set $b (i8x16.narrow_i16x8_u (local.get $b) (local.get $b)))
      (v128.store (local.get $into)
        (i8x16.shuffle 0 8 16 1 9 17 2 10 18 3 11 19 4 12 20 5 (local.get $r) (local.get $b)))
      (v128.store64_lane offset=16 0 (local.get $into)
        (i8x16.shuffle 13 21 6 14 22 7 15 23 0 0 0 0 0 0 0 0 (local.get $r) (local.get $b)))
      (local.set $into (i32.add (local.get $into) (i32.const 24)))
      (local.set $x (i32.add (local.get $x) (i32.const 8)))
      (br_if $pixels (i32.lt_u (local.get $x) (local.get $columns)))))

  ;; Planes to RGB. `scratch` is as `widen` wants its sums; behind it, each at `scratchBytes`, two rows of colours.
  (func (export "rgb")
    (param $y i32) (param $cb i32) (param $cr i32) (param $into i32)
    (param $columns i32) (param $rows i32) (param $scratch i32) (param $scratchBytes i32)
    (local $row i32) (local $near i32) (local $far i32) (local $halfColumns i32) (local $last i32)
    (local $blues i32) (local $reds i32)
    (local.set $halfColumns (i32.shr_u (i32.add (local.get $columns) (i32.const 1)) (i32.const 1)))
    (local.set $last (i32.sub (i32.shr_u (i32.add (local.get $rows) (i32.const 1)) (i32.const 1)) (i32.const 1)))
    (local.set $blues (i32.add (local.get $scratch) (local.get $scratchBytes)))
    (local.set $reds (i32.add (local.get $blues) (local.get $scratchBytes)))
    (loop $next
      ;; The nearest row of colours, and the next nearest: above an even row, below an odd one.
      (local.set $near (i32.shr_u (local.get $row) (i32.const 1)))
      (local.set $far
        (if (result i32) (i32.and (local.get $row) (i32.const 1))
          (then
            (select (i32.add (local.get $near) (i32.const 1)) (local.get $last)
              (i32.lt_u (local.get $near) (local.get $last))))
          (else
            (select (i32.sub (local.get $near) (i32.const 1)) (i32.const 0) (local.get $near)))))
      (local.set $near (i32.mul (local.get $near) (local.get $halfColumns)))
      (local.set $far (i32.mul (local.get $far) (local.get $halfColumns)))
      (call $widen (i32.add (local.get $cb) (local.get $near)) (i32.add (local.get $cb) (local.get $far))
        (local.get $halfColumns) (local.get $scratch) (local.get $blues))
      (call $widen (i32.add (local.get $cr) (local.get $near)) (i32.add (local.get $cr) (local.get $far))
        (local.get $halfColumns) (local.get $scratch) (local.get $reds))
      (call $colour (local.get $y) (local.get $blues) (local.get $reds) (local.get $into) (local.get $columns))
      (local.set $y (i32.add (local.get $y) (local.get $columns)))
      (local.set $into (i32.add (local.get $into) (i32.mul (local.get $columns) (i32.const 3))))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $rows))))))
