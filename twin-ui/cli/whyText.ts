/** A tree of reasons as lines, as a Graphviz graph, and as a Mermaid chart. */
import type { ReasonNode, WhyAnswer } from "../api/Why.ts"

/** Two spaces a level: what was compared stands under its reason, what did not hold is marked. */
export const linesOf = (reason: ReasonNode, depth = 0): ReadonlyArray<string> => {
  const pad = "  ".repeat(depth)
  const { because, compared, position, rule, text } = reason
  const width = Math.max(0, ...compared.map(({ what }) => what.length))
  return [
    `${pad}${text}${position === undefined ? "" : `  [${position}]`}`,
    ...(rule === undefined || compared.length === 0
      ? []
      : [`${pad}  by ${rule.name}, ${rule.version}`]),
    ...compared.map(
      ({ expected, holds, seen, what }) =>
        `${pad}  ${what.padEnd(width)}  expected ${expected}, seen ${seen}${holds ? "" : "  (!)"}`,
    ),
    ...because.flatMap((each) => linesOf(each, depth + 1)),
  ]
}

export const restsOn = ({ refolded, rests }: WhyAnswer): string => {
  const events = `${rests} ${rests === 1 ? "event" : "events"}`
  if (refolded === null) return `rests on ${events}`
  return refolded
    ? `rests on ${events}; folded alone they give the same`
    : `rests on ${events}; folded alone they do not give the same: please report it`
}

interface Edge {
  readonly from: string
  readonly to: string
}

interface Graph {
  readonly nodes: ReadonlyArray<{ readonly id: string; readonly label: string }>
  readonly edges: ReadonlyArray<Edge>
}

/** Reasons with a position are one node wherever they are named. */
const graphOf = (root: ReasonNode): Graph => {
  const nodes = new Map<string, string>()
  const edges = new Map<string, Edge>()
  const walk = (reason: ReasonNode, path: string): string => {
    const id = reason.position === undefined ? `r${path}` : `e${reason.position}`
    const place = reason.position === undefined ? "" : ` [${reason.position}]`
    const failed = reason.compared.filter(({ holds }) => !holds)
    const seen = failed.map(({ expected, seen: was, what }) => `${what}: ${was}, not ${expected}`)
    if (!nodes.has(id)) nodes.set(id, [`${reason.text}${place}`, ...seen].join("\n"))
    reason.because.forEach((each, i) => {
      const to = walk(each, `${path}_${i}`)
      if (to !== id) edges.set(`${id} ${to}`, { from: id, to })
    })
    return id
  }
  walk(root, "")
  return {
    nodes: [...nodes].map(([id, label]) => ({ id, label })),
    edges: [...edges.values()],
  }
}

export const dotOf = (root: ReasonNode): string => {
  const { edges, nodes } = graphOf(root)
  return [
    "digraph why {",
    "  rankdir=LR; node [shape=box];",
    ...nodes.map(({ id, label }) => `  ${id} [label=${JSON.stringify(label)}];`),
    ...edges.map(({ from, to }) => `  ${from} -> ${to};`),
    "}",
  ].join("\n")
}

export const mermaidOf = (root: ReasonNode): string => {
  const { edges, nodes } = graphOf(root)
  return [
    "flowchart LR",
    ...nodes.map(({ id, label }) => `  ${id}["${text(label)}"]`),
    ...edges.map(({ from, to }) => `  ${from} --> ${to}`),
  ].join("\n")
}

/** As Mermaid takes it between quotes. */
const text = (label: string): string =>
  label
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll("\n", "<br>")
