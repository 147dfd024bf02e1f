/** The line at the top: which instant is shown, and the figures of that instant. */
import type { Picture } from "../data/Picture.ts"
import { count, duration, instant } from "../model/format.ts"
import { h, type Tree } from "./patch.ts"

export interface Now {
  /** The newest event time that the time line knows: what a past instant is compared with. */
  readonly newestMs: number | undefined
}

export const pillOf = (picture: Picture, now: Now): ReadonlyArray<Tree | string> => {
  const { view, source, isNow, feed } = picture
  if (view === undefined) {
    const words = {
      connecting: "connecting",
      open: "connecting",
      lost: "feed lost",
      ended: "ended",
      hidden: "hidden",
    }
    return [h("span", {}, [words[feed._tag]])]
  }
  if (view.position < 0) return [h("span", {}, ["live"]), h("time", {}, ["no events yet"])]
  const word =
    feed._tag === "lost"
      ? "last known"
      : isNow
        ? "live"
        : source._tag === "replay"
          ? "replay"
          : "as of"
  const ago =
    isNow || now.newestMs === undefined || now.newestMs <= view.occurredMs
      ? undefined
      : `${duration(now.newestMs - view.occurredMs)} ago`
  return [
    h("span", {}, [word]),
    h("time", { datetime: new Date(view.occurredMs).toISOString() }, [instant(view.occurredMs)]),
    ago === undefined ? undefined : h("span", {}, [ago]),
    source._tag === "replay" && !isNow ? h("span", {}, [`${source.speed}×`]) : undefined,
  ].filter((part) => part !== undefined)
}

interface Figure {
  readonly label: string
  readonly value: string
  readonly tone?: "ok" | "good" | "suspicious" | "refused"
  readonly rest?: string
}

export const figuresOf = ({ view }: Picture): ReadonlyArray<Tree> => {
  if (view === undefined) return []
  const { totals } = view
  /** Of who sees a part of the twin. */
  const isHidden = (name: keyof typeof totals): boolean => totals.hidden?.includes(name) === true
  const figures: ReadonlyArray<Figure> = [
    { label: "receptions/min", value: count(totals.receptionsPerMinute) },
    { label: "accepted/min", value: count(totals.acceptedPerMinute), tone: "ok" },
    totals.reported > 0 && totals.accepted === 0
      ? { label: "reported", value: count(totals.reported), tone: "ok" }
      : isHidden("refusedPerMinute")
        ? {
            label: "refused",
            value: count(totals.refused),
            ...(totals.refused > 0 ? { tone: "refused" as const } : {}),
          }
        : {
            label: "refused/min",
            value: count(totals.refusedPerMinute),
            ...(totals.refusedPerMinute > 0 ? { tone: "refused" as const } : {}),
          },
    isHidden("stations")
      ? { label: "stations attested", value: "hidden" }
      : {
          label: totals.stationsLost > 0 ? "trust lost" : "stations attested",
          value: count(totals.stationsLost > 0 ? totals.stationsLost : totals.stationsAttested),
          rest: ` of ${count(totals.stations)}`,
          ...(totals.stationsLost > 0 ? { tone: "refused" as const } : {}),
        },
    {
      label: "pending",
      value: count(totals.pending),
      ...(totals.failing > 0 ? { tone: "suspicious" as const } : {}),
    },
  ]
  return figures.map(({ label, value, tone, rest }) =>
    h("div", { class: "figure", key: label }, [
      h("dt", {}, [label]),
      h("dd", { class: tone }, [value, rest === undefined ? undefined : h("small", {}, [rest])]),
    ]),
  )
}
