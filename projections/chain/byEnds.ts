/** The order of edges in a view: by the names of their ends. */
import type { EdgeView } from "./ChainView.ts"

export const byEnds = (a: EdgeView, b: EdgeView): number => {
  if (a.from !== b.from) return a.from < b.from ? -1 : 1
  return a.to < b.to ? -1 : a.to > b.to ? 1 : 0
}
