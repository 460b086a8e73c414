/** Owns hair, headscarf, beard and freckles. */
import type { SKRSContext2D } from '@napi-rs/canvas'
import { css, lit, mix, shaded, type Rgb } from '../colour.ts'
import { curve, fillShape, strokeLine, taperedLine, type Point } from '../geometry.ts'
import { SIDES } from '../landmarks.ts'
import { Chance } from '../rng.ts'
import { headOutline } from './head.ts'
import type { Sitting } from './sitting.ts'

function blob(ctx: SKRSContext2D, [x, y]: Point, radiusPx: number, colour: Rgb, alpha = 1): void {
  ctx.beginPath()
  ctx.arc(x, y, radiusPx, 0, Math.PI * 2)
  ctx.fillStyle = css(colour, alpha)
  ctx.fill()
}

/** Mirrors a half outline (crown to end, x positive) into a closed shape at depth z. */
function symmetric({ view, person }: Sitting, half: readonly (readonly [number, number])[], z: number): Point[] {
  const w = person.faceWidth
  const right = half.map(([x, y]) => view.deep(x * w, y, z))
  const left = half.filter(([x]) => x > 0).map(([x, y]) => view.deep(-x * w, y, z)).reverse()
  return [...right, ...left]
}

/** Hair that falls behind head and neck. */
export function drawBackHair(ctx: SKRSContext2D, sitting: Sitting): void {
  const { person, view } = sitting
  const v = person.hairVolume
  const colour = css(shaded(person.hair, 0.22))
  switch (person.hairStyle) {
    case 'long':
      return fillShape(ctx, symmetric(sitting, [[0, -1.25 * v], [0.8, -1.02 * v], [1.08 * v, -0.3], [1.1 * v, 0.5], [1.18 * v, 1.25], [0.9, 1.75], [0.4, 1.6]], -0.25), colour)
    case 'bob':
      return fillShape(ctx, symmetric(sitting, [[0, -1.27 * v], [0.8, -1.04 * v], [1.06 * v, -0.35], [1.12 * v, 0.35], [1.05 * v, 0.9], [0.6, 1.0]], -0.25), colour)
    case 'fringe':
      return fillShape(ctx, symmetric(sitting, [[0, -1.25 * v], [0.8, -1.0 * v], [1.05 * v, -0.3], [1.04 * v, 0.6], [0.98, 1.3], [0.6, 1.35]], -0.25), colour)
    case 'afro': {
      const [x, y] = view.deep(0, -0.55, -0.1)
      return blob(ctx, [x, y], view.unit * 1.22 * v, shaded(person.hair, 0.08))
    }
    case 'bun':
      return blob(ctx, view.deep(0, -1.36, -0.2), view.unit * 0.34 * v, shaded(person.hair, 0.08))
    case 'scarf':
      return fillShape(ctx, symmetric(sitting, [[0, -1.36], [0.78, -1.12], [1.06, -0.4], [1.04, 0.4], [0.95, 1.1], [1.2, 1.7], [0.5, 2.2], [0, 2.3]], -0.1), css(person.glassesColour))
    default:
      return
  }
}

/** The hairline over the forehead, right to left, by style: x, y on the face's surface. */
function hairline({ person }: Sitting): (readonly [number, number])[] {
  const p = person.partSide
  switch (person.hairStyle) {
    case 'fringe':
      return [[0.84, -0.05], [0.76, -0.42], [0.45, -0.5], [0.15, -0.54], [-0.15, -0.54], [-0.45, -0.5], [-0.76, -0.42], [-0.84, -0.05]]
    case 'sidePart':
    case 'bob':
    case 'long': {
      const line: (readonly [number, number])[] = [[0.86, 0], [0.77, -0.42], [0.6, -0.66], [0.1, -0.72], [-0.3, -0.9], [-0.62, -0.78], [-0.78, -0.45], [-0.86, 0]]
      return p > 0 ? line : line.map(([x, y]) => [-x, y] as const).reverse()
    }
    case 'receding':
      return [[0.87, -0.1], [0.8, -0.45], [0.72, -0.86], [0.5, -1.02], [0.15, -0.92], [-0.15, -0.92], [-0.5, -1.02], [-0.72, -0.86], [-0.8, -0.45], [-0.87, -0.1]]
    case 'scarf':
      return [[0.86, 0.1], [0.8, -0.4], [0.55, -0.72], [0, -0.82], [-0.55, -0.72], [-0.8, -0.4], [-0.86, 0.1]]
    default:
      return [[0.86, -0.08], [0.78, -0.45], [0.64, -0.7], [0.3, -0.82], [0, -0.84], [-0.3, -0.82], [-0.64, -0.7], [-0.78, -0.45], [-0.86, -0.08]]
  }
}

/** The mass between hairline and crown. */
function cap(ctx: SKRSContext2D, sitting: Sitting, rise: number, colour: Rgb, alpha = 1): void {
  const { view, person } = sitting
  const w = person.faceWidth
  const line = hairline(sitting).map(([x, y]) => view.on(x * w, y))
  const top = [[-0.93, -0.1], [-0.97, -0.5], [-0.78, -0.97], [-0.4, -1.2], [0, -1.26], [0.4, -1.2], [0.78, -0.97], [0.97, -0.5], [0.93, -0.1]] as const
  const outer = top.map(([x, y]) => view.deep(x * w * (1 + (rise - 1) * 0.45), y < -0.4 ? y * rise : y, -0.08))
  fillShape(ctx, [...line, ...outer], css(colour, alpha))
}

function strands(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, person, scene } = sitting
  const chance = new Chance(scene.backSeed, -3)
  const line = hairline(sitting)
  for (let i = 0; i < 9; i++) {
    const from = line[1 + Math.floor(chance.unit() * (line.length - 2))]
    if (!from) continue
    const x = from[0] * person.faceWidth + chance.between(-0.08, 0.08)
    const points = [view.on(x, from[1] - 0.02), view.deep(x * 0.9, from[1] - 0.2, 0.35), view.deep(x * 0.7, Math.max(-1.2, from[1] - 0.45), 0)]
    const light = chance.happens(0.5)
    taperedLine(ctx, points, [0, view.unit * 0.03, 0], css(light ? lit(person.hair, 0.25) : shaded(person.hair, 0.4), 0.5))
  }
}

function curls(ctx: SKRSContext2D, sitting: Sitting, radius: number): void {
  const { view, person, scene } = sitting
  const chance = new Chance(scene.backSeed, -1)
  for (const i of chance.shuffle(Array.from({ length: 26 }, (_, place) => place))) {
    const angle = Math.PI * (1.09 + 0.82 * (i / 25)) - Math.PI * 2
    const reach = chance.between(0.82, 1.02) * person.hairVolume
    const spot = view.deep(Math.cos(angle) * reach * 0.98, -0.22 + Math.sin(angle) * reach, -0.05)
    const tint = chance.happens(0.5) ? lit(person.hair, chance.between(0, 0.14)) : shaded(person.hair, chance.between(0, 0.25))
    blob(ctx, spot, view.unit * radius * chance.between(0.8, 1.25), tint)
  }
}

/** Hair in front of the head. */
export function drawFrontHair(ctx: SKRSContext2D, sitting: Sitting): void {
  const { person, view } = sitting
  const hair = person.hair
  const v = person.hairVolume
  switch (person.hairStyle) {
    case 'bald':
      return
    case 'buzz':
      return cap(ctx, sitting, 1, hair, 0.55)
    case 'scarf': {
      cap(ctx, sitting, 1.1, person.glassesColour)
      for (const side of SIDES) {
        fillShape(ctx, [view.deep(0.84 * side, -0.3, 0.15), view.deep(1.02 * side, 0, -0.1), view.deep(0.98 * side, 0.7, -0.1), view.deep(0.5 * side, 1.35, 0.2), view.deep(0.02 * side, 1.45, 0.4), view.deep(0.3 * side, 1.16, 0.42), view.deep(0.72 * side, 0.78, 0.25), view.deep(0.83 * side, 0.3, 0.18)], css(mix(person.glassesColour, [255, 255, 255], 0.06)))
      }
      return strokeLine(ctx, [view.on(-0.8, -0.4), view.on(-0.5, -0.76), view.on(0, -0.86), view.on(0.5, -0.76), view.on(0.8, -0.4)], css(shaded(person.glassesColour, 0.3), 0.6), view.unit * 0.03)
    }
    case 'curly':
      cap(ctx, sitting, 1.03 * v, hair)
      return curls(ctx, sitting, 0.2)
    case 'afro':
      cap(ctx, sitting, 1.05, shaded(hair, 0.05))
      return curls(ctx, sitting, 0.17)
    default: {
      const gap = person.hairStyle === 'crop' || person.hairStyle === 'bun' ? 1 : 1.05
      cap(ctx, sitting, gap * (0.94 + 0.08 * v), hair)
      strands(ctx, sitting)
    }
  }
}

/** Beard and moustache, under the mouth; freckles too, as they are on the same skin. */
export function drawBeard(ctx: SKRSContext2D, sitting: Sitting): void {
  const { person, view, marks } = sitting
  const { mouth, jawDrop } = marks
  const drop = jawDrop + person.chinLength
  const colour = shaded(person.hair, 0.05)
  const lipTop = mouth.upperY - mouth.upperThick
  if (person.beard === 'full' || person.beard === 'stubble') {
    const jaw = person.jawWidth
    const edge = [[0.88, 0.05, 0.05], [0.86, 0.4, 0.1], [0.75, 0.8 + drop * 0.6, 0.2], [0.5, 1.08 + drop, 0.34]] as const
    const cheek = [[0.81, 0.1], [0.7, 0.42], [0.5, 0.66]] as const
    const shape = [
      ...edge.map(([x, y, z]) => view.deep(x * jaw, y, z)), view.deep(0, 1.22 + drop, 0.45), ...edge.map(([x, y, z]) => view.deep(-x * jaw, y, z)).reverse(),
      ...cheek.map(([x, y]) => view.on(-x * jaw, y)), view.on(-0.2, lipTop - 0.09, 0.03), view.on(0, lipTop - 0.06, 0.03), view.on(0.2, lipTop - 0.09, 0.03), ...cheek.map(([x, y]) => view.on(x * jaw, y)).reverse(),
    ]
    ctx.save()
    // Stubble has no body: it must not stand out beyond the skin it grows on.
    if (person.beard === 'stubble') {
      ctx.beginPath()
      curve(ctx, headOutline(sitting), true)
      ctx.clip()
    }
    fillShape(ctx, shape, css(colour, person.beard === 'full' ? 0.94 : 0.2))
    ctx.restore()
  }
  if (person.beard === 'moustache' || person.beard === 'goatee') {
    const reach = 0.85
    const tash = [view.on(0, lipTop - 0.085, 0.05), view.on(mouth.cornerX[1] * 0.6, lipTop - 0.06, 0.03), view.on(mouth.cornerX[1] * reach + 0.06, mouth.cornerY[1] + 0.03), view.on(mouth.cornerX[1] * 0.5, lipTop + 0.03, 0.03), view.on(0, lipTop + 0.02, 0.04), view.on(-mouth.cornerX[-1] * 0.5, lipTop + 0.03, 0.03), view.on(-mouth.cornerX[-1] * reach - 0.06, mouth.cornerY[-1] + 0.03), view.on(-mouth.cornerX[-1] * 0.6, lipTop - 0.06, 0.03)]
    fillShape(ctx, tash, css(colour, 0.95))
  }
  if (person.beard === 'goatee') {
    const lipBottom = mouth.lowerY + mouth.lowerThick
    fillShape(ctx, [view.on(-0.12, lipBottom + 0.07), view.on(0, lipBottom + 0.04), view.on(0.12, lipBottom + 0.07), view.on(0.22, 1.02 + drop), view.deep(0, 1.24 + drop, 0.45), view.on(-0.22, 1.02 + drop)], css(colour, 0.93))
  }
  if (!person.freckles) return
  const chance = new Chance(sitting.scene.backSeed, -2)
  for (let i = 0; i < 34; i++) {
    const spot = view.on(chance.normal(0, 0.38), chance.normal(0.2, 0.1), 0.02)
    blob(ctx, spot, view.unit * chance.between(0.008, 0.016), [140, 80, 50], 0.4)
  }
}
