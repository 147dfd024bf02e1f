/** Customers: how their deliveries fare, and the ledger of all that was ever owed. */
import { count, duration, fit, short } from "../model/format.ts"
import type { CustomerMark } from "../model/Layout.ts"
import { altered } from "./altered.ts"
import { classes } from "./classes.ts"
import type { Layer } from "./layer.ts"
import { words } from "./words.ts"

interface Part {
  readonly key: "delivered" | "waiting" | "failing" | "abandoned"
  readonly x: number
  readonly width: number
  readonly height: number
}

/** A low row has no room for its ledger. */
const thickOf = ({ height, isRow }: CustomerMark): number => (isRow ? (height < 20 ? 0 : 2) : 6)

/** The ledger as parts of all that was ever owed; what is not zero is at least seen. */
const partsOf = (mark: CustomerMark): ReadonlyArray<Part> => {
  const { customer, width } = mark
  const { delivered, pending, failing, abandoned } = customer
  const height = thickOf(mark)
  const all = Math.max(1, delivered + pending + abandoned)
  const room = width - 24
  const wide = (value: number): number => (value === 0 ? 0 : Math.max(3, (value / all) * room))
  const lost = wide(abandoned)
  const failed = wide(failing)
  const waiting = wide(Math.max(0, pending - failing))
  const done = delivered === 0 ? 0 : Math.max(0, room - lost - failed - waiting)
  return [
    { key: "delivered", x: 12, width: done, height },
    { key: "waiting", x: 12 + done, width: waiting, height },
    { key: "failing", x: 12 + done + waiting, width: failed, height },
    { key: "abandoned", x: 12 + done + waiting + failed, width: lost, height },
  ]
}

const customerText = ({ customer }: CustomerMark): string => {
  const parts = [`${short(customer.delivered)} delivered`]
  if (customer.pending > 0) parts.push(`${short(customer.pending)} pending`)
  if (customer.abandoned > 0) parts.push(`${short(customer.abandoned)} given up`)
  return parts.join(" · ")
}

/** The ledger in words; without the word "delivered" where it would not fit. */
const sumsText = (mark: CustomerMark): string => {
  const room = Math.floor((mark.width - 24) / 6.2)
  const text = customerText(mark)
  return text.length <= room ? text : fit(text.replace(" delivered", ""), room)
}

/** In a narrow card the figure stands without its name, which its label for screen readers has. */
const customerState = ({ customer, width }: CustomerMark, nowMs: number): string => {
  if (customer.failingMs !== undefined)
    return `${customer.error ?? "failing"} ${duration(nowMs - customer.failingMs)}`
  return customer.p95Ms === undefined
    ? ""
    : `${width < 200 ? "" : "p95 "}${count(customer.p95Ms)} ms`
}

/** Where a card's first line and its ledger stand. */
const head = ({ height, isRow }: CustomerMark): number => (isRow ? height / 2 + 3.5 : height * 0.31)
const bar = ({ height, isRow }: CustomerMark): number => (isRow ? height - 4 : height * 0.48)

export const drawCustomers = (
  to: Layer,
  marks: ReadonlyArray<CustomerMark>,
  nowMs: number,
): void => {
  const customer = to
    .selectAll<SVGGElement, CustomerMark>("g.customer")
    .data(marks, ({ id }) => id)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button").attr("data-kind", "customer")
      made.append("rect").attr("class", "card").attr("rx", 7)
      made.append("text").attr("class", "id").attr("x", 12)
      made.append("text").attr("class", "state")
      made.append("rect").attr("class", "track").attr("x", 12)
      made.append("g").attr("class", "ledger")
      made.append("text").attr("class", "sums").attr("x", 12)
      return made
    })
    .attr("class", ({ customer: own, isDim, isRow, isSelected }) =>
      classes(
        "customer",
        isRow ? "row" : "whole",
        own.failingMs !== undefined && "suspicious",
        isDim && "dim",
        isSelected && "selected",
      ),
    )
    .attr("data-id", ({ id }) => id)
    .attr("tabindex", (_, index) => (index === 0 ? 0 : -1))
    .attr(
      "aria-label",
      (mark) => `customer ${mark.id}, ${customerText(mark)}, ${customerState(mark, nowMs)}`,
    )
  const moved = altered(
    customer,
    ({ height, isRow, width, x, y }) => `${x} ${y} ${width} ${height} ${isRow}`,
  ).attr("transform", ({ x, y }) => `translate(${x},${y})`)
  moved
    .select("rect.card")
    .attr("width", ({ width }) => width)
    .attr("height", ({ height }) => height)
  moved.select("text.id").attr("y", head)
  moved
    .select("text.state")
    .attr("x", ({ width }) => width - 12)
    .attr("y", head)
  moved
    .select("rect.track")
    .attr("y", bar)
    .attr("width", ({ width }) => width - 24)
    .attr("height", thickOf)
  moved.select("g.ledger").attr("transform", (mark) => `translate(0,${bar(mark)})`)
  moved.select("text.sums").attr("y", ({ height }) => height * 0.83)
  words(customer.select("text.id"), (mark) =>
    fit(
      mark.customer.name ?? mark.id,
      Math.max(6, Math.floor((mark.width - 30 - customerState(mark, nowMs).length * 7) / 8.4)),
    ),
  )
  words(customer.select("text.state"), (mark) => customerState(mark, nowMs))
  words(customer.select("text.sums"), (mark) => (mark.isRow ? "" : sumsText(mark)))
  const part = customer
    .select<SVGGElement>("g.ledger")
    .selectAll<SVGRectElement, Part>("rect")
    .data(partsOf, ({ key }) => key)
    .join("rect")
    .attr("class", ({ key }) => key)
  altered(part, ({ height, width, x }) => `${x.toFixed(1)} ${width.toFixed(1)} ${height}`)
    .attr("x", ({ x }) => x)
    .attr("width", ({ width }) => width)
    .attr("height", ({ height }) => height)
}
