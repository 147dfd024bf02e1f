/**
 * A progress bar on a terminal: how much is done, how fast, how long it still takes. Standard error
 * alone, and nothing at all where that is no terminal or where programs read along.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Words from "./Words.ts"

export interface Progress {
  /** `done` of `total`, in the unit that `total` is in; `items` is what the rate is told of. */
  readonly report: (done: number, items: number) => void
  /** Another label, and the bar begins anew. */
  readonly restart: (label: string, total: number) => void
}

export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly write: (text: string) => unknown
}

const redrawMs = 100
const widthMax = 100
const widthAssumed = 80
const barWidth = 24

const silent: Progress = { report: () => {}, restart: () => {} }

/** Erased when the scope closes. */
export const make = (
  given: {
    readonly label: string
    readonly total: number
    /** Of what the rate is told: `receptions`. */
    readonly items: string
    readonly quiet: boolean
  },
  terminal: Terminal = process.stderr,
): Effect.Effect<Progress, never, Scope.Scope> =>
  given.quiet || terminal.isTTY !== true
    ? Effect.succeed(silent)
    : Effect.acquireRelease(
        Effect.sync(() => {
          let { label, total } = given
          let beganMs = performance.now()
          let drawnMs = 0
          const progress: Progress = {
            report: (done, items) => {
              const nowMs = performance.now()
              if (nowMs - drawnMs < redrawMs) return
              drawnMs = nowMs
              const text = line({
                label,
                share: total > 0 ? Math.min(1, done / total) : 1,
                items,
                unit: given.items,
                elapsedMs: nowMs - beganMs,
              })
              // A terminal that does not know its width says 0.
              const width = Math.min(terminal.columns || widthAssumed, widthMax) - 1
              terminal.write(`\r\u001b[K${text.slice(0, width)}`)
            },
            restart: (nextLabel, nextTotal) => {
              label = nextLabel
              total = nextTotal
              beganMs = performance.now()
            },
          }
          return progress
        }),
        () => Effect.sync(() => terminal.write("\r\u001b[K")),
      )

/** `import a.csv  [######------]  50%  31,000 lines/s  0:12 left`. */
export const line = (now: {
  readonly label: string
  readonly share: number
  readonly items: number
  readonly unit: string
  readonly elapsedMs: number
}): string => {
  const { elapsedMs, items, label, share, unit } = now
  const full = Math.round(share * barWidth)
  const bar = "#".repeat(full) + "-".repeat(barWidth - full)
  const rate = Words.number(elapsedMs > 0 ? (items * 1000) / elapsedMs : 0)
  const left = share > 0 ? Words.clockTime((elapsedMs * (1 - share)) / share) : "?"
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  return `${label}  [${bar}] ${percent}  ${rate} ${unit}/s  ${left} left`
}
