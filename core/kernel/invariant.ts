/** States what must hold if our own code is right. A failure is our bug, never bad input: it crashes. */
export function invariant(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`invariant broken: ${what}`)
}

/** For a branch that cannot be reached. */
export const invariantBroken = (what: string): never => {
  throw new Error(`invariant broken: ${what}`)
}
