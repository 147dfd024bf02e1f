/**
 * A message's way through the chain: a line a step, its bar where it happened. Radio takes seconds, deliveries that are
 * tried again take hours: the axis grows with the logarithm of the time since the first reception.
 */
import type { PathStep } from "../../api/EntityState.ts"
import { instant, timeMs } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { signed } from "./parts.ts"
import type { Does } from "./Scene.ts"

export interface Bar {
  readonly step: PathStep
  /** Parts of the width, 0..1. */
  readonly from: number
  readonly length: number
  /** "+3.259 s". */
  readonly after: string
}

export interface Waterfall {
  readonly bars: ReadonlyArray<Bar>
  readonly ticks: ReadonlyArray<{ readonly at: number; readonly text: string }>
}

/** Below it the axis is as good as straight, ms. */
const straightMs = 500
const leastLength = 0.012

const marks: ReadonlyArray<readonly [ms: number, text: string]> = [
  [0, "0"],
  [1_000, "1 s"],
  [10_000, "10 s"],
  [60_000, "1 min"],
  [600_000, "10 min"],
  [3_600_000, "1 h"],
  [86_400_000, "1 d"],
  [864_000_000, "10 d"],
]

export const waterfallOf = (steps: ReadonlyArray<PathStep>): Waterfall => {
  const first = Math.min(...steps.map(({ fromMs }) => fromMs))
  const last = Math.max(...steps.map(({ toMs }) => toMs))
  const most = Math.log1p(Math.max(1, last - first) / straightMs)
  const at = (ms: number): number => Math.log1p(Math.max(0, ms - first) / straightMs) / most
  return {
    bars: steps.map((step) => {
      const from = Math.min(1 - leastLength, at(step.fromMs))
      return {
        step,
        from,
        length: Math.max(leastLength, at(step.toMs) - from),
        after: afterText(step.fromMs - first),
      }
    }),
    ticks: marks
      .filter(([ms]) => ms <= last - first)
      .map(([ms, text]) => ({ at: at(first + ms), text }))
      // Those that would touch the one before are left out.
      .filter(({ at: place }, i, all) => i === 0 || place - all[i - 1].at > 0.09),
  }
}

/** Exact where order matters: to the millisecond within a minute. */
const afterText = (ms: number): string => {
  if (ms < 60_000) return `+${(ms / 1000).toFixed(3)} s`
  if (ms < 3_600_000) return `+${(ms / 60_000).toFixed(2)} min`
  return ms < 86_400_000
    ? `+${(ms / 3_600_000).toFixed(2)} h`
    : `+${(ms / 86_400_000).toFixed(2)} d`
}

export const waterfall = (steps: ReadonlyArray<PathStep>, does: Does): Tree => {
  const { bars, ticks } = waterfallOf(steps)
  return h("div", { class: "waterfall" }, [
    h(
      "ol",
      { "aria-label": "its way through the chain" },
      bars.map(({ after, from, length, step }) =>
        h("li", { key: `${step.stage}${step.position}` }, [
          h(
            "button",
            {
              title: `${instant(step.fromMs)}${step.toMs > step.fromMs ? ` to ${timeMs(step.toMs)}` : ""} · open this event`,
            },
            [
              h("span", { class: `text ${step.tone}` }, [signed(step.tone, step.label)]),
              h("span", { class: "track" }, [
                h("i", {
                  class: step.tone,
                  style: `left:${percent(from)};width:${percent(length)}`,
                }),
              ]),
              h("span", { class: "after" }, [after]),
              h("small", {}, [step.detail]),
            ],
            () => does.select("event", String(step.position)),
          ),
        ]),
      ),
    ),
    h(
      "p",
      { class: "ticks", "aria-hidden": "true" },
      ticks.map(({ at, text }) => h("span", { style: `left:${percent(at)}` }, [text])),
    ),
  ])
}

const percent = (part: number): string => `${Math.round(part * 1000) / 10}%`
