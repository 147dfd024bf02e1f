import { assert, describe, it } from "@effect/vitest"
import type { ChainView, CustomerView } from "../../../projections/chain/ChainView.ts"
import { Chain } from "../../../projections/chain/Chain.ts"
import { viewOf } from "../../../projections/chain/view.ts"
import { fold } from "../../../projections/Projection.ts"
import { filterOf } from "../../../twin-ui/web/model/Filter.ts"
import { layoutOf } from "../../../twin-ui/web/model/Layout.ts"
import { story } from "../../projections/chain/Story.ts"

const view = viewOf(fold(Chain, Chain.initial(), story({ stations: 8, devices: 40, minutes: 12 })))
const size = { width: 1216, height: 560 }
const shown = { size, selection: undefined, filter: filterOf("", false), closed: [] }

const served = (n: number): CustomerView => ({
  id: `c-${n}`,
  n,
  delivered: 10 * n,
  pending: 0,
  failing: 0,
  abandoned: 0,
  rate: 1,
})
const failing = (n: number): CustomerView => ({
  ...served(n),
  pending: 3,
  failing: 3,
  failingMs: 1,
})
const of = (customers: ReadonlyArray<CustomerView>): ChainView => ({
  ...view,
  customers,
  carried: customers.map(({ id }) => ({ from: view.dataCentres[0].id, to: id, level: 3 })),
})
const some = of([served(1), failing(2), served(3), served(4)])

describe("customers of the chain", () => {
  it("stand with those whose deliveries fail above, each in its own order", () => {
    const { customerHeadings, customers } = layoutOf(some, shown)
    assert.deepStrictEqual(
      customers.map(({ id }) => id),
      ["c-2", "c-1", "c-3", "c-4"],
    )
    assert.deepStrictEqual(
      customerHeadings.map(({ count, text }) => `${text} ${count}`),
      ["failing ▲ 1", "served 3"],
    )
  })

  it("are rows when there are too many for cards, and all of them are there", () => {
    const many = Array.from({ length: 24 }, (_, n) => (n === 11 ? failing(n) : served(n)))
    const { customers, customersMore } = layoutOf(of(many), shown)
    assert.lengthOf(customers, 24)
    assert.strictEqual(customersMore, "")
    assert.isTrue(customers.every(({ isRow }) => isRow))
    for (const { height, y } of customers) assert.isAtMost(y + height, size.height)
    const low = layoutOf(of(many), { ...shown, size: { width: 1216, height: 330 } })
    assert.strictEqual(low.customersMore, `${24 - low.customers.length} customers more`)
    assert.strictEqual(low.customers[0].id, "c-11")
  })

  it("that are served are folded to their heading, where what is carried to them arrives", () => {
    const { customerHeadings, customers, edges } = layoutOf(some, {
      ...shown,
      closed: ["customers:served"],
    })
    assert.deepStrictEqual(
      customers.map(({ id }) => id),
      ["c-2"],
    )
    const heading = customerHeadings.find(({ isClosed }) => isClosed)
    assert.strictEqual(heading?.count, "3")
    const folded = edges.filter(({ key }) => key.endsWith(">customers:served"))
    assert.lengthOf(folded, 1)
    assert.isBelow(folded[0].to.x, heading?.x ?? 0)
  })

  it("that are well are left out when only problems are asked for, and counted", () => {
    const { customerHeadings, customers } = layoutOf(some, {
      ...shown,
      filter: filterOf("", true),
    })
    assert.deepStrictEqual(
      customers.map(({ id }) => id),
      ["c-2"],
    )
    assert.strictEqual(customerHeadings[1].count, "3 well")
  })
})
