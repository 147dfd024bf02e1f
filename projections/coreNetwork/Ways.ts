/**
 * Ways through a graph of parts: how many lead from one end to the other without sharing a part (Menger's theorem:
 * as many as the fewest parts that cut all of them), and which single part cuts them all.
 *
 * A way is found by breadth first; further ones by augmenting (Ford and Fulkerson), each part being entered and left
 * once: `in` and `out` of part n are nodes 2n and 2n+1.
 */
export interface Graph {
  /** Parts that are up, by any order; an edge joins two of them both ways. */
  readonly parts: ReadonlyArray<string>
  readonly joins: ReadonlyArray<readonly [string, string]>
}

export interface Ways {
  /** Ways that share no part, up to `waysMax`. */
  readonly count: number
  /** Parts on which all depend: without any one of them no way is left. */
  readonly cuts: ReadonlyArray<string>
}

/** Counting ends here: more ways than this are as good as so many. */
export const waysMax = 64

export const waysOf = (
  graph: Graph,
  from: ReadonlyArray<string>,
  to: ReadonlyArray<string>,
  upTo = waysMax,
): Ways => {
  const flow = flowOf(graph, from, to)
  let count = 0
  while (count < upTo && augment(flow)) count++
  if (count !== 1 || upTo === 1) return { count, cuts: [] }
  // With one way left, what cuts it stands on it.
  const cuts = onTheWay(flow)
    .filter((part) => {
      const without = { ...graph, parts: graph.parts.filter((each) => each !== part) }
      return !augment(flowOf(without, from, to))
    })
    .toSorted()
  return { count, cuts }
}

interface Flow {
  readonly names: ReadonlyArray<string>
  /** Heads of edges by node; edge e and its reverse e ^ 1. */
  readonly edges: ReadonlyArray<Array<number>>
  readonly heads: Array<number>
  readonly room: Array<number>
  readonly source: number
  readonly sink: number
}

const flowOf = (
  { joins, parts }: Graph,
  from: ReadonlyArray<string>,
  to: ReadonlyArray<string>,
): Flow => {
  const indexOf = new Map(parts.map((part, i) => [part, i]))
  const source = 2 * parts.length
  const sink = source + 1
  const edges: ReadonlyArray<Array<number>> = Array.from({ length: sink + 1 }, () => [])
  const heads: Array<number> = []
  const room: Array<number> = []
  const add = (a: number, b: number): void => {
    edges[a].push(heads.length)
    heads.push(b)
    room.push(1)
    edges[b].push(heads.length)
    heads.push(a)
    room.push(0)
  }
  for (let i = 0; i < parts.length; i++) add(2 * i, 2 * i + 1)
  for (const [a, b] of joins) {
    const [i, j] = [indexOf.get(a), indexOf.get(b)]
    if (i === undefined || j === undefined) continue
    add(2 * i + 1, 2 * j)
    add(2 * j + 1, 2 * i)
  }
  for (const part of new Set(from)) {
    const i = indexOf.get(part)
    if (i !== undefined) add(source, 2 * i)
  }
  for (const part of new Set(to)) {
    const i = indexOf.get(part)
    if (i !== undefined) add(2 * i + 1, sink)
  }
  return { names: parts, edges, heads, room, source, sink }
}

/** Finds one more way and takes it; false where there is none. */
const augment = ({ edges, heads, room, sink, source }: Flow): boolean => {
  const cameBy = new Map<number, number>([[source, -1]])
  const queue = [source]
  for (let at = 0; at < queue.length && !cameBy.has(sink); at++)
    for (const edge of edges[queue[at]]) {
      const head = heads[edge]
      if (room[edge] === 0 || cameBy.has(head)) continue
      cameBy.set(head, edge)
      queue.push(head)
    }
  if (!cameBy.has(sink)) return false
  for (let node = sink; node !== source;) {
    const edge = cameBy.get(node) ?? -1
    room[edge]--
    room[edge ^ 1]++
    node = heads[edge ^ 1]
  }
  return true
}

/** Parts that the ways taken lead through. */
const onTheWay = ({ names, room }: Flow): ReadonlyArray<string> =>
  names.filter((_, i) => room[2 * i] === 0)
