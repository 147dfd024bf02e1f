/** Data centres with their links. */
import { count, duration, fit, plural } from "../model/format.ts"
import { type CentreMark, linkHeight } from "../model/Layout.ts"
import { altered } from "./altered.ts"
import { classes } from "./classes.ts"
import type { Layer } from "./layer.ts"
import { trustPath } from "./trustPath.ts"
import { words } from "./words.ts"

type Link = CentreMark["centre"]["links"][number] & { readonly y: number }

export const drawCentres = (to: Layer, marks: ReadonlyArray<CentreMark>, nowMs: number): void => {
  const centre = to
    .selectAll<SVGGElement, CentreMark>("g.centre")
    .data(marks, ({ id }) => id)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button").attr("data-kind", "centre")
      made.append("rect").attr("class", "card").attr("rx", 7)
      made.append("text").attr("class", "id").attr("x", 12).attr("y", 22)
      made.append("text").attr("class", "rate").attr("x", 12).attr("y", 40)
      made.append("g").attr("class", "links")
      return made
    })
    .attr("class", ({ centre: own, isSelected }) =>
      classes("centre", own.links.some(({ up }) => !up) && "suspicious", isSelected && "selected"),
    )
    .attr("data-id", ({ id }) => id)
    .attr("tabindex", (_, index) => (index === 0 ? 0 : -1))
    .attr("aria-label", centreLabel)
  altered(centre, ({ height, width, x, y }) => `${x} ${y} ${width} ${height}`)
    .attr("transform", ({ x, y }) => `translate(${x},${y})`)
    .select("rect.card")
    .attr("width", ({ width }) => width)
    .attr("height", ({ height }) => height)
  words(centre.select("text.id"), ({ centre: own, width }) =>
    fit(own.name, Math.floor(width / 7.6)),
  )
  words(
    centre.select("text.rate"),
    ({ centre: own, width }) => `${count(own.rate)} ${width < 140 ? "msg" : "messages"}/min`,
  )
  const link = centre
    .select<SVGGElement>("g.links")
    .selectAll<SVGGElement, Link>("g.link")
    .data(
      ({ centre: own }) =>
        own.links.map((one, index): Link => ({ ...one, y: 60 + index * linkHeight })),
      ({ name }) => name,
    )
    .join((enter) => {
      const made = enter.append("g")
      made.append("path").attr("transform", "translate(16,0)")
      made.append("text").attr("x", 26).attr("dy", "0.34em")
      return made
    })
    .attr("class", ({ up }) => classes("link", up ? "up" : "down"))
  altered(link, ({ up, y }) => `${y} ${up}`)
    .attr("transform", ({ y }) => `translate(0,${y})`)
    .select("path")
    .attr("d", ({ up }) => (up ? trustPath("attested", 3.6) : "M0,-5L5,4L-5,4Z"))
  words(link.select("text"), (own) => linkText(own, marks[0].width, nowMs))
}

/** With how long it is down where there is room for that. */
const linkText = ({ name, sinceMs, up }: Link, width: number, nowMs: number): string => {
  const room = Math.floor((width - 32) / 6.4)
  if (up) return fit(name, room)
  const lasting = sinceMs === undefined ? "" : ` ${duration(nowMs - sinceMs)}`
  const full = `${name} down${lasting}`
  return full.length <= room ? full : fit(`${name} down`, room)
}

const centreLabel = ({ centre }: CentreMark): string => {
  const down = centre.links.filter(({ up }) => !up).map(({ name }) => name)
  return `data centre ${centre.name}, ${down.length === 0 ? "all links up" : `${down.join(", ")} down`}, ${plural(centre.rate, "message")} a minute`
}
