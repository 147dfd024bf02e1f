/**
 * Customers as cards, those whose deliveries fail above those that are served; as rows where cards do not fit. What is closed
 * keeps its heading.
 */
import type { CustomerView } from "../../../projections/chain/ChainView.ts"
import type { Wanted } from "./fitDevices.ts"
import { plural } from "./format.ts"
import type { Column, CustomerMark, Heading, Point, Room } from "./Layout.ts"

const cardMost = 78
const cardLeast = 44
const cardGap = 10
const cardGapLeast = 4
const rowMost = 22
const rowLeast = 14
const rowGap = 2
const headHeight = 18
const blockGap = 8

interface Anchor {
  readonly key: string
  readonly in: Point
  readonly isTroubled: boolean
}

export interface Fitted {
  readonly marks: ReadonlyArray<CustomerMark>
  readonly headings: ReadonlyArray<Heading>
  /** Where what is carried to a closed block arrives, by customer. */
  readonly anchors: ReadonlyMap<string, Anchor>
  /** What had to be left out, in words; "" for nothing. */
  readonly more: string
}

interface Block {
  readonly key: string
  readonly isTroubled: boolean
  readonly text: string
  readonly all: ReadonlyArray<CustomerView>
  /** None of a closed block. */
  readonly shown: ReadonlyArray<CustomerView>
  readonly isClosed: boolean
}

export const fitCustomers = (
  customers: ReadonlyArray<CustomerView>,
  column: Column,
  room: Room,
  wanted: Wanted,
): Fitted => {
  const blocks = blocksOf(customers, wanted)
  const { gap, height, isRow } = sizesFor(blocks, room)
  const marks: Array<CustomerMark> = []
  const headings: Array<Heading> = []
  const anchors = new Map<string, Anchor>()
  const end = room.top + room.height
  let y = room.top
  let left = 0
  for (const block of blocks) {
    headings.push(headingOf(block, column, y))
    if (block.isClosed)
      for (const { id } of block.all)
        anchors.set(id, {
          key: block.key,
          in: { x: column.x - 18, y: y + 7 },
          isTroubled: block.isTroubled,
        })
    y += headHeight
    for (const customer of block.shown) {
      if (y + height > end + 1) left++
      else
        marks.push({
          id: customer.id,
          customer,
          isRow,
          x: column.x,
          y: y + gap / 2,
          width: column.width,
          height,
          isDim: wanted.filter.isOn && !wanted.filter.customer(customer),
          isSelected: wanted.isSelected(customer.id),
        })
      y += height + gap
    }
    y += blockGap
  }
  return { marks, headings, anchors, more: left === 0 ? "" : `${plural(left, "customer")} more` }
}

const isFailing = ({ failingMs }: CustomerView): boolean => failingMs !== undefined

const blocksOf = (
  customers: ReadonlyArray<CustomerView>,
  { closed, filter, isSelected }: Wanted,
): ReadonlyArray<Block> =>
  [
    { key: "customers:failing", text: "failing", isTroubled: true },
    { key: "customers:served", text: "served", isTroubled: false },
  ].flatMap(({ isTroubled, key, text }) => {
    const all = customers.filter((customer) => isFailing(customer) === isTroubled)
    const isClosed = closed.includes(key)
    const seen = filter.hides
      ? all.filter((customer) => filter.customer(customer) || isSelected(customer.id))
      : all
    return all.length === 0
      ? []
      : [{ key, text, isTroubled, all, isClosed, shown: isClosed ? [] : seen }]
  })

const headingOf = (
  { all, isClosed, isTroubled, key, shown, text }: Block,
  column: Column,
  y: number,
): Heading => {
  const hidden = isClosed ? 0 : all.length - shown.length
  return {
    key,
    x: column.x,
    y: y + 11,
    isClosed,
    isTroubled,
    text,
    count: `${isTroubled ? "▲ " : ""}${hidden > 0 ? `${hidden} well` : all.length}`,
  }
}

interface Sizes {
  readonly isRow: boolean
  readonly height: number
  readonly gap: number
}

const sizesFor = (blocks: ReadonlyArray<Block>, room: Room): Sizes => {
  const many = blocks.reduce((sum, { shown }) => sum + shown.length, 0)
  const free = room.height - blocks.length * (headHeight + blockGap)
  const pitch = free / Math.max(1, many)
  if (pitch < cardLeast + cardGapLeast)
    return { isRow: true, height: clamp(pitch - rowGap, rowLeast, rowMost), gap: rowGap }
  const height = clamp(pitch - cardGap, cardLeast, cardMost)
  return { isRow: false, height, gap: pitch - height }
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value))
