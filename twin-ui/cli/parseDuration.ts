/** Durations as people write them: `90s`, `30m`, `2h`, `1d12h`. */
const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Milliseconds; undefined for anything else, and for nothing at all. */
export const parseDuration = (text: string): number | undefined => {
  if (!/^(\d{1,9}(ms|[smhdw]))+$/.test(text)) return undefined
  let total = 0
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g))
    // The pattern lets no other unit through.
    total += Number(digits) * unitMs[unit as keyof typeof unitMs]
  return total > 0 ? total : undefined
}
