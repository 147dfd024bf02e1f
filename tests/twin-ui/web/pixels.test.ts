import { assert, describe, it } from "@effect/vitest"
import { curveOn } from "../../../twin-ui/web/view/curveOn.ts"
import { blend, type Pixels } from "../../../twin-ui/web/view/Pixels.ts"

const blank = (width: number, height: number): Pixels => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4),
})
const at = ({ data, width }: Pixels, x: number, y: number): ReadonlyArray<number> =>
  Array.from(data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4))
const black = { red: 0, green: 0, blue: 0, alpha: 1 }

/** How much of each column is covered. */
const covered = (on: Pixels): ReadonlyArray<number> =>
  Array.from({ length: on.width }, (_, x) => {
    let sum = 0
    for (let y = 0; y < on.height; y++) sum += at(on, x, y)[3] / 255
    return sum
  })
/** Where the middle of what is covered lies in a column. */
const middle = (on: Pixels, x: number): number => {
  let [sum, weighed] = [0, 0]
  for (let y = 0; y < on.height; y++) {
    const [, , , alpha] = at(on, x, y)
    sum += alpha
    weighed += alpha * (y + 0.5)
  }
  return weighed / sum
}

describe("a link's curve in pixels", () => {
  it("covers as much of each column as it is wide, where it runs level", () => {
    const on = blank(40, 20)
    curveOn(on, { from: { x: 0, y: 10 }, to: { x: 40, y: 10 }, width: 2.5 }, black, 1)
    for (const sum of covered(on)) assert.closeTo(sum, 2.5, 0.02)
  })

  it("goes where the Bezier curve goes whose control points stand at half the width", () => {
    const on = blank(200, 200)
    const [from, to] = [
      { x: 0, y: 10 },
      { x: 200, y: 190 },
    ]
    curveOn(on, { from, to, width: 3 }, black, 1)
    for (const t of [0.05, 0.2, 0.5, 0.7, 0.95]) {
      const u = 1 - t
      const x = 3 * u * t * 100 + t * t * t * 200
      const y = (u * u * u + 3 * u * u * t) * 10 + (3 * u * t * t + t * t * t) * 190
      assert.closeTo(middle(on, Math.floor(x)), y, 1.5)
    }
    // Aslant it covers more of a column, by as much as it is steep: 1.5 * 180 / 150 in the middle.
    assert.isAbove(covered(on)[100], 3 * 1.7)
  })

  it("stays within the picture, and goes nowhere where it does not go to the right", () => {
    const on = blank(20, 20)
    curveOn(on, { from: { x: -30, y: -50 }, to: { x: 60, y: 70 }, width: 4 }, black, 2)
    const nothing = blank(20, 20)
    curveOn(nothing, { from: { x: 10, y: 5 }, to: { x: 10, y: 9 }, width: 4 }, black, 1)
    assert.isTrue(nothing.data.every((value) => value === 0))
  })
})

describe("a mark in pixels", () => {
  const mark: Pixels = { width: 1, height: 1, data: new Uint8ClampedArray([200, 0, 100, 51]) }

  it("is itself on nothing, and over what is there as strong as it is", () => {
    const on = blank(2, 1)
    blend(on, mark, 0, 0)
    assert.deepStrictEqual(at(on, 0, 0), [200, 0, 100, 51])
    on.data.set([100, 100, 100, 255], 4)
    blend(on, mark, 1, 0)
    assert.deepStrictEqual(at(on, 1, 0), [120, 80, 100, 255])
  })

  it("is cut at the picture's edges", () => {
    const on = blank(2, 2)
    const large: Pixels = { width: 3, height: 3, data: new Uint8ClampedArray(36).fill(255) }
    blend(on, large, -2, 1)
    assert.deepStrictEqual(at(on, 0, 1), [255, 255, 255, 255])
    assert.deepStrictEqual(at(on, 1, 1), [0, 0, 0, 0])
    assert.deepStrictEqual(at(on, 0, 0), [0, 0, 0, 0])
  })
})
