/** What differs from the pinned instant, over the chain: its own hues, and signs for those who see no hues. */
import type { Badge, DifferenceMarks, DotSigns, Sum } from "../model/DifferenceMarks.ts"
import { layer, type Root } from "./layer.ts"

export const drawDifferences = (root: Root, { badges, dots, sums }: DifferenceMarks): void => {
  const to = layer(root, "differences")
  to.selectAll<SVGPathElement, DotSigns>("path.signs")
    .data(dots, ({ difference }) => difference)
    .join("path")
    .attr("class", ({ difference }) => `signs ${difference}`)
    .attr("d", ({ path }) => path)
  const badge = to
    .selectAll<SVGGElement, Badge>("g.badge")
    .data(badges, ({ key }) => key)
    .join((enter) => {
      const made = enter.append("g").attr("role", "img")
      made.append("rect")
      made.append("text")
      return made
    })
    .attr("class", ({ difference }) => `badge ${difference}`)
    .attr("data-differs", ({ key }) => key)
    .attr("aria-label", ({ label }) => label)
  badge
    .select("rect")
    .attr("x", ({ box }) => box.x - 1.5)
    .attr("y", ({ box }) => box.y - 1.5)
    .attr("width", ({ box }) => box.width + 3)
    .attr("height", ({ box }) => box.height + 3)
    .attr("rx", ({ box }) => Math.min(8, box.height / 5 + 1))
  badge
    .select("text")
    .attr("x", ({ at }) => at.x)
    .attr("y", ({ at }) => at.y)
    .text(({ sign }) => sign)
  const sum = to
    .selectAll<SVGTextElement, Sum>("text.sum")
    .data(sums, ({ key }) => key)
    .join((enter) => {
      const made = enter.append("text").attr("class", "sum")
      made.append("title")
      return made
    })
    .attr("x", ({ x }) => x)
    .attr("y", ({ y }) => y)
  sum.select("title").text(({ title }) => title)
  sum
    .selectAll<SVGTSpanElement, Sum["parts"][number]>("tspan")
    .data(
      ({ parts }) => parts,
      ({ difference }) => difference,
    )
    .join("tspan")
    .attr("class", ({ difference }) => difference)
    .attr("dx", (_, index) => (index === 0 ? 0 : 8))
    .text(({ text }) => text)
}
