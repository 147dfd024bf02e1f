/** Numbers, instants and durations as people read them. */
import * as Instant from "../../core/kernel/Instant.ts"

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 })

export const number = (n: number): string => whole.format(n)

/** With one decimal where it is small. */
export const decimal = (n: number): string =>
  n >= 100 || Number.isInteger(n) ? number(n) : n.toFixed(n < 1 ? 2 : 1)

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : many}`

export const instant = (ms: number | null | undefined): string =>
  ms == null ? "" : Instant.toIso(ms)

/** `0:07`, `12:30`, `2:03:04`. */
export const clockTime = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`
}

const two = (n: number): string => String(n).padStart(2, "0")

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

export const perSecond = (n: number, ms: number): string =>
  `${number(ms > 0 ? (n * 1000) / ms : 0)}/s`

/** `mac 3, replayed 1`, the most frequent first. */
export const tally = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([name, n]) => `${name} ${number(n)}`)
    .join(", ")
