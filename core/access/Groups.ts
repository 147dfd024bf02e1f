/** The tree of groups. A group nobody placed stands at the top. */

export type Groups = ReadonlyMap<string, { readonly parent?: string; readonly name?: string }>

/** Groups placed at most, and how deep they may stand. */
export const groupsMax = 10_000
export const depthMax = 16

/** Whether the group is that one or stands somewhere below it. */
export const isWithin = (groups: Groups, group: string | undefined, ancestor: string): boolean => {
  let at = group
  for (let depth = 0; at !== undefined && depth <= depthMax; depth++) {
    if (at === ancestor) return true
    at = groups.get(at)?.parent
  }
  return false
}

/** How many stand above it. */
export const depthOf = (groups: Groups, group: string): number => {
  let depth = 0
  let at = groups.get(group)?.parent
  while (at !== undefined && depth <= depthMax) {
    depth++
    at = groups.get(at)?.parent
  }
  return depth
}

/** Group and all above it, nearest first. */
export const lineOf = (groups: Groups, group: string | undefined): ReadonlyArray<string> => {
  const line: Array<string> = []
  let at = group
  while (at !== undefined && line.length <= depthMax) {
    line.push(at)
    at = groups.get(at)?.parent
  }
  return line
}
