/** What rested on a station, an endpoint or an event, transitively: messages, deliveries, downlinks. */
import { BlastAnswer } from "../../api/Blast.ts"
import { count, instant, plural } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { noPart } from "./noAnswer.ts"
import { link, place, quiet, type Row, rows } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Scene } from "./Scene.ts"

/** Of each, what is listed; all are counted. */
const listedMax = 12

type Kind = BlastAnswer["kind"]

export const blastQuestion = (kind: Kind, id: string): Question<BlastAnswer> => ({
  path: `/api/blast/${kind}/${encodeURIComponent(id)}`,
  schema: BlastAnswer,
  instant: "at",
  // It reads the log since then: not with each step.
  once: true,
})

/** What stands below the section's heading. */
export const blastOf = ({ answers, does }: Scene, kind: Kind, id: string): ReadonlyArray<Tree> => {
  const asked = answerTo(answers, blastQuestion(kind, id))
  if (asked?._tag !== "answer") return [noPart(asked)]
  const { count: all, cutAt, from, fromMs, messages, since } = asked.answer
  const began =
    since === "last good" && fromMs !== null
      ? `Since its trust was last good, ${instant(fromMs)}.`
      : fromMs === null
        ? "Since the beginning."
        : `Since ${instant(fromMs)}.`
  return [
    h("p", { class: "quiet" }, [began, from < 0 ? undefined : place(from, does)]),
    rows(countsOf(asked.answer), does),
    ...messagesOf(messages, does),
    ...(all > listedMax ? [quiet(`and ${plural(all - listedMax, "older message")}`)] : []),
    ...(cutAt === null ? [] : [quiet(`More rests on it: counted up to event ${count(cutAt)}.`)]),
  ]
}

const countsOf = ({
  count: all,
  customers,
  destinations,
  devices,
  downlinks,
  events,
  refused,
}: BlastAnswer): ReadonlyArray<Row> => {
  const sum = (of: "delivered" | "pending" | "givenUp"): number =>
    destinations.reduce((total, one) => total + one[of], 0)
  return [
    { label: "accepted messages", value: count(all), tone: all > 0 ? "suspicious" : undefined },
    { label: "devices", value: count(devices.length) },
    {
      label: "customers",
      value: customers.map(({ id, messages }) => `${id} ${count(messages)}`).join(" · ") || "none",
    },
    {
      label: "deliveries",
      value:
        destinations.length === 0
          ? "none"
          : `${count(sum("delivered"))} delivered · ${count(sum("pending"))} pending · ${count(sum("givenUp"))} given up`,
    },
    ...(downlinks.asked === 0
      ? []
      : [
          {
            label: "downlinks",
            value: `${count(downlinks.transmitted)} of ${count(downlinks.asked)} sent`,
          },
        ]),
    ...refused.map(({ messages, reason }) => ({
      label: `refused, ${reason}`,
      value: count(messages),
      tone: "refused",
    })),
    { label: "events in all", value: count(events) },
  ]
}

const messagesOf = (messages: BlastAnswer["messages"], does: Does): ReadonlyArray<Tree> =>
  messages.length === 0
    ? []
    : [
        h(
          "ul",
          { class: "flow", "aria-label": "messages that rested on it" },
          messages
            .slice(0, listedMax)
            .map(({ message, position }) =>
              h("li", { key: position }, [link("message", message, does), place(position, does)]),
            ),
        ),
      ]
