/** What the i-th event of an append says: its text tells who appended it, and is long enough to fill pages. */
export const said = (producer: string, number: number, i: number): string =>
  `${producer}/${number}/${i} ${"x".repeat((number * 7 + i) % 60)}`
