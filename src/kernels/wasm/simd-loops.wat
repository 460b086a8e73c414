;; The loops of host/loops.ts on SIMD, over the memory of the wasm backend; simd-loops.ts holds this file assembled, and
;; host/loops.ts has the words and the sum.
;;
;; Addresses are in bytes, counts in values. The memory is declared shared, or by one changed byte not shared.
(module
  (import "env" "memory" (memory 1 65536 shared))

  ;; out = dy where 0 < y < ceiling, else 0
  (func (export "activationGrad")
    (param $dy i32) (param $y i32) (param $out i32) (param $count i32) (param $ceiling f32)
    (local $end i32) (local $values v128) (local $value f32)
    (local.set $end (i32.add (local.get $out) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $four
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $values (v128.load (local.get $y)))
        (v128.store (local.get $out)
          (v128.and (v128.load (local.get $dy))
            (v128.and
              (f32x4.gt (local.get $values) (v128.const f32x4 0 0 0 0))
              (f32x4.lt (local.get $values) (f32x4.splat (local.get $ceiling))))))
        (local.set $dy (i32.add (local.get $dy) (i32.const 16)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (br $four)))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $all
      (loop $one
        (br_if $all (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $value (f32.load (local.get $y)))
        (f32.store (local.get $out)
          (select (f32.load (local.get $dy)) (f32.const 0)
            (i32.and
              (f32.gt (local.get $value) (f32.const 0))
              (f32.lt (local.get $value) (local.get $ceiling)))))
        (local.set $dy (i32.add (local.get $dy) (i32.const 4)))
        (local.set $y (i32.add (local.get $y) (i32.const 4)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $one))))

  ;; sum += a * b
  (func $multiplyAdd (export "multiplyAdd")
    (param $sum i32) (param $a i32) (param $b i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $sum) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $four
        (br_if $done (i32.ge_u (local.get $sum) (local.get $end)))
        (v128.store (local.get $sum)
          (f32x4.add (v128.load (local.get $sum))
            (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
        (local.set $sum (i32.add (local.get $sum) (i32.const 16)))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (br $four)))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $all
      (loop $one
        (br_if $all (i32.ge_u (local.get $sum) (local.get $end)))
        (f32.store (local.get $sum)
          (f32.add (f32.load (local.get $sum))
            (f32.mul (f32.load (local.get $a)) (f32.load (local.get $b)))))
        (local.set $sum (i32.add (local.get $sum) (i32.const 4)))
        (local.set $a (i32.add (local.get $a) (i32.const 4)))
        (local.set $b (i32.add (local.get $b) (i32.const 4)))
        (br $one))))

  ;; sum += a
  (func $add
    (param $sum i32) (param $a i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $sum) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $four
        (br_if $done (i32.ge_u (local.get $sum) (local.get $end)))
        (v128.store (local.get $sum) (f32x4.add (v128.load (local.get $sum)) (v128.load (local.get $a))))
        (local.set $sum (i32.add (local.get $sum) (i32.const 16)))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (br $four)))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $all
      (loop $one
        (br_if $all (i32.ge_u (local.get $sum) (local.get $end)))
        (f32.store (local.get $sum) (f32.add (f32.load (local.get $sum)) (f32.load (local.get $a))))
        (local.set $sum (i32.add (local.get $sum) (i32.const 4)))
        (local.set $a (i32.add (local.get $a) (i32.const 4)))
        (br $one))))

  ;; Adam over a count that four divides; see host/loops.ts for the names.
  (func (export "adam")
    (param $gradient i32) (param $value i32) (param $m i32) (param $v i32)
    (param $toValue i32) (param $toM i32) (param $toV i32) (param $count i32)
    (param $rate f32) (param $move1 f32) (param $move2 f32) (param $epsilon f32) (param $keep f32)
    (local $at i32) (local $end i32) (local $g v128) (local $m1 v128) (local $v1 v128)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (block $done
      (loop $four
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $g (v128.load (i32.add (local.get $gradient) (local.get $at))))
        (local.set $m1 (v128.load (i32.add (local.get $m) (local.get $at))))
        (local.set $v1 (v128.load (i32.add (local.get $v) (local.get $at))))
        (local.set $m1
          (f32x4.add (local.get $m1)
            (f32x4.mul (f32x4.sub (local.get $g) (local.get $m1)) (f32x4.splat (local.get $move1)))))
        (local.set $v1
          (f32x4.add (local.get $v1)
            (f32x4.mul
              (f32x4.sub (f32x4.mul (local.get $g) (local.get $g)) (local.get $v1))
              (f32x4.splat (local.get $move2)))))
        (v128.store (i32.add (local.get $toM) (local.get $at)) (local.get $m1))
        (v128.store (i32.add (local.get $toV) (local.get $at)) (local.get $v1))
        (v128.store (i32.add (local.get $toValue) (local.get $at))
          (f32x4.sub
            (f32x4.mul (v128.load (i32.add (local.get $value) (local.get $at))) (f32x4.splat (local.get $keep)))
            (f32x4.div
              (f32x4.mul (f32x4.splat (local.get $rate)) (local.get $m1))
              (f32x4.add (f32x4.sqrt (local.get $v1)) (f32x4.splat (local.get $epsilon))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $four))))

  ;; Adds up rows of `channels` values.
  (func (export "channelSum") (param $x i32) (param $out i32) (param $rows i32) (param $channels i32)
    (memory.fill (local.get $out) (i32.const 0) (i32.shl (local.get $channels) (i32.const 2)))
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (call $add (local.get $out) (local.get $x) (local.get $channels))
        (local.set $x (i32.add (local.get $x) (i32.shl (local.get $channels) (i32.const 2))))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row))))

  ;; Adds up the products of rows of `channels` values.
  (func (export "channelDot")
    (param $x i32) (param $y i32) (param $out i32) (param $rows i32) (param $channels i32)
    (memory.fill (local.get $out) (i32.const 0) (i32.shl (local.get $channels) (i32.const 2)))
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (call $multiplyAdd (local.get $out) (local.get $x) (local.get $y) (local.get $channels))
        (local.set $x (i32.add (local.get $x) (i32.shl (local.get $channels) (i32.const 2))))
        (local.set $y (i32.add (local.get $y) (i32.shl (local.get $channels) (i32.const 2))))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row)))))
