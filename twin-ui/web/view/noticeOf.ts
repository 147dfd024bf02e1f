/**
 * What must be said about the picture itself: the feed is lost, it runs behind, something was passed over,
 * a far instant is being rebuilt, there is nothing yet. Nothing, when all is well.
 */
import type { Picture } from "../data/Picture.ts"
import { count, duration, plural, position } from "../model/format.ts"
import { h, type Tree } from "./patch.ts"

export interface Does {
  readonly retry: () => void
  readonly live: () => void
}

export const noticeOf = (picture: Picture, clockMs: number, does: Does): ReadonlyArray<Tree> => {
  const { feed, view, behind, gap, loading, fresh } = picture
  if (feed._tag === "lost") {
    const { lost } = feed
    const shown =
      view === undefined
        ? ""
        : ` Shown is ${position(view.position)}; what came later is in the log and follows.`
    return [
      notice("refused", [
        h("strong", {}, ["Feed lost"]),
        h("span", {}, [
          `${clockMs - lost.sinceMs < 1000 ? "Just now" : `${duration(clockMs - lost.sinceMs)} ago`}, attempt ${lost.attempt}: ${lost.reason}.${shown}`,
        ]),
        h("button", {}, ["Try now"], does.retry),
      ]),
    ]
  }
  if (feed._tag === "ended")
    return [
      notice("plain", ["The replay came to its end.", h("button", {}, ["Go live"], does.live)]),
    ]
  if (loading !== undefined || (!fresh && view !== undefined)) {
    const done = loading === undefined ? undefined : loading.done / Math.max(1, loading.total)
    return [
      notice("plain", [
        done === undefined
          ? nearestText(picture)
          : `Rebuilding that instant: ${count(loading?.done ?? 0)} of ${plural(loading?.total ?? 0, "event")}`,
        h("progress", done === undefined ? {} : { value: done, max: 1 }),
      ]),
    ]
  }
  if (behind > 0)
    return [
      notice("suspicious", [`Catching up: ${plural(behind, "event")} behind. Nothing is lost.`]),
    ]
  if (gap !== undefined)
    return [
      notice("suspicious", [
        `${plural(gap.to - gap.from + 1, "event")} (${position(gap.from)} to ${position(gap.to)}) were taken in at once and not animated.`,
      ]),
    ]
  return []
}

/** The picture is dimmed; its numbers are those of the instant in the pill. */
const nearestText = ({ source, view }: Picture): string =>
  source._tag === "live" || view === undefined || view.position === source.at
    ? "Asking for that instant …"
    : `Shown is the nearest instant known here, ${position(view.position)}; ${position(source.at)} is on its way …`

const notice = (tone: string, children: ReadonlyArray<Tree | string>): Tree =>
  h("p", { class: `notice ${tone}`, role: tone === "refused" ? "alert" : "status" }, [...children])

/** In place of the picture, when there is none. */
export const emptyOf = ({ view, feed }: Picture): ReadonlyArray<Tree> => {
  if (feed._tag === "hidden")
    return [
      h("div", { class: "empty" }, [
        h("h2", {}, [
          feed.needsLogin ? "You are not logged in" : "This picture is hidden from you",
        ]),
        h("p", {}, [
          feed.needsLogin
            ? "The network is there; who may see it is known by their account."
            : "It shows the whole network, and your account sees a part of it. What is yours can be asked of the API.",
        ]),
        h("p", { class: "actions" }, [
          h("a", { href: feed.needsLogin ? "/login" : "/docs" }, [
            feed.needsLogin ? "Log in" : "What can be asked",
          ]),
        ]),
      ]),
    ]
  if (view === undefined)
    return feed._tag === "lost"
      ? []
      : [h("div", { class: "empty" }, [h("p", { class: "quiet" }, ["Asking for the picture …"])])]
  if (view.position >= 0) return []
  return [
    h("div", { class: "empty" }, [
      h("h2", {}, ["Nothing has happened yet"]),
      h("p", {}, [
        "The log is empty. Any of these puts something in it, and it appears here at once:",
      ]),
      h("dl", {}, [
        h("dt", {}, ["play a simulated network"]),
        h("dd", {}, [h("code", {}, ["npm start"])]),
        h("dt", {}, ["import what a network recorded"]),
        h("dd", {}, [h("code", {}, ["npm run sigtwin -- import FILE"])]),
        h("dt", {}, ["send receptions of your own"]),
        h("dd", {}, [
          h("code", {}, [
            `curl --data-binary @frames.ndjson ${globalThis.location?.origin ?? ""}/ingest/frames`,
          ]),
        ]),
      ]),
    ]),
  ]
}
