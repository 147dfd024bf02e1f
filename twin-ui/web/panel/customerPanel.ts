/** A customer: its ledger, how deliveries went and fail, and what can be done about them. */
import { DeliveriesAnswer, type DeliveryRow } from "../../api/Deliveries.ts"
import { EventsAnswer } from "../../api/Events.ts"
import { count, duration, instant, plural } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { callbackForm, resend } from "./customerForms.ts"
import { noPart } from "./noAnswer.ts"
import { outcomeOf } from "./outcome.ts"
import { grid, link, moment, quiet, rows, section } from "./parts.ts"
import { answerTo, given, type Question } from "./Question.ts"
import type { Part, Scene } from "./Scene.ts"
import { latestOf, showThing, stateQuestion, tablesOf, thingHead } from "./thing.ts"
import { causeList } from "./whyTree.ts"

const listedMax = 10
const failuresMax = 200

const deliveriesQuestion = (
  customer: string,
  state: "pending" | "given-up",
): Question<typeof DeliveriesAnswer.Type> => ({
  path: `/api/deliveries?customer=${encodeURIComponent(customer)}&state=${state}&limit=${listedMax}`,
  schema: DeliveriesAnswer,
  instant: "at",
})

const failuresQuestion = (customer: string): Question<EventsAnswer> => ({
  path: `/api/events?customer=${encodeURIComponent(customer)}&kind=DeliveryFailed,DeliveryAbandoned&limit=${failuresMax}`,
  schema: EventsAnswer,
  instant: "before",
})

export const customerPanel: Part = {
  asks: ({ selection }) =>
    selection === undefined
      ? []
      : [
          stateQuestion(selection),
          deliveriesQuestion(selection.id, "pending"),
          deliveriesQuestion(selection.id, "given-up"),
          failuresQuestion(selection.id),
        ],
  show: (scene) =>
    showThing(scene, (state, id) => {
      const pending = answerTo(scene.answers, deliveriesQuestion(id, "pending"))
      const givenUp = given(scene.answers, deliveriesQuestion(id, "given-up"))
      const isLedgerHidden = pending?._tag === "hidden"
      return [
        ...thingHead(state, scene),
        outcomeOf(scene),
        ...(state.why.length === 0 ? [] : [section("Why?", [causeList(state.why, scene.does)])]),
        ...(pending?._tag === "answer"
          ? [
              ...ledgersOf(pending.answer),
              ...listOf(scene, "Pending", pending.answer),
              ...(givenUp === undefined ? [] : listOf(scene, "Given up", givenUp)),
            ]
          : [section("Ledger", [noPart(pending)])]),
        ...failuresOf(scene, id),
        ...callbackForm(scene, state),
        ...tablesOf(
          state,
          scene,
          ({ title }) => isLedgerHidden || title === "Registration" || title === "Destinations",
        ),
        latestOf(state, scene),
      ]
    }),
}

const ledgersOf = ({ accounts }: typeof DeliveriesAnswer.Type): ReadonlyArray<Tree> =>
  accounts.length === 0
    ? [section("Ledger", [quiet("Nothing was owed to it yet.")])]
    : accounts.map((account) =>
        section(`Ledger of ${account.destination}`, [
          grid(
            `ledger of ${account.destination}`,
            ["owed", "delivered", "pending", "given up"].map((title) => ({
              title,
              isNumber: true,
            })),
            [
              {
                key: "sums",
                cells: [
                  count(account.owed),
                  `= ${count(account.delivered)}`,
                  h("span", { class: account.failingSinceMs === null ? undefined : "suspicious" }, [
                    `+ ${count(account.pending)}`,
                  ]),
                  h("span", { class: account.givenUp > 0 ? "refused" : undefined }, [
                    `+ ${count(account.givenUp)}`,
                  ]),
                ],
              },
            ],
          ),
          ...latencyOf(account),
          rows(
            [
              { label: "failed attempts", value: count(account.failedAttempts) },
              ...(account.doubles > 0
                ? [{ label: "delivered, perhaps twice", value: count(account.doubles) }]
                : []),
              ...(account.failingSinceMs === null
                ? []
                : [
                    {
                      label: "failing since",
                      value: instant(account.failingSinceMs),
                      tone: "suspicious",
                    },
                  ]),
              ...(account.circuitOpenSinceMs === null
                ? []
                : [
                    {
                      label: "held back since",
                      value: instant(account.circuitOpenSinceMs),
                      tone: "suspicious",
                    },
                  ]),
              ...(account.lastError === null
                ? []
                : [{ label: "last error", value: account.lastError }]),
            ],
            // Nothing here opens anything.
            inert,
          ),
        ]),
      )

const inert = {
  select: () => undefined,
  clear: () => undefined,
  seek: () => undefined,
  tab: () => undefined,
  pin: () => undefined,
  turn: () => undefined,
  change: () => undefined,
  order: () => undefined,
}

/** How long deliveries took: a bar for each stretch of time. */
const latencyOf = ({
  latency,
  p95Ms,
}: (typeof DeliveriesAnswer.Type)["accounts"][number]): ReadonlyArray<Tree> => {
  if (latency.length === 0) return []
  const most = Math.max(...latency.map((bar) => bar.count))
  return [
    h("figure", { class: "bars latency" }, [
      h(
        "div",
        {
          role: "img",
          "aria-label": latency
            .map(
              ({ count: n, uptoMs }) =>
                `${n} within ${uptoMs === null ? "more" : duration(uptoMs)}`,
            )
            .join(", "),
        },
        latency.map(({ count: n, uptoMs }) =>
          h("i", {
            class: "ok",
            title: `${count(n)} within ${uptoMs === null ? "more" : duration(uptoMs)}`,
            style: `height:${Math.round((n / most) * 100)}%`,
          }),
        ),
      ),
      h("figcaption", {}, [
        h("span", {}, [`within ${duration(latency[0].uptoMs ?? 0)}`]),
        h("span", {}, [p95Ms === null ? "" : `95 % within ${duration(p95Ms)}`]),
        h("span", {}, [endText(latency.at(-1)?.uptoMs ?? null)]),
      ]),
    ]),
  ]
}

const endText = (uptoMs: number | null): string =>
  uptoMs === null ? "longer" : `within ${duration(uptoMs)}`

const listOf = (
  scene: Scene,
  title: "Pending" | "Given up",
  { deliveries, unlisted }: typeof DeliveriesAnswer.Type,
): ReadonlyArray<Tree> => {
  if (deliveries.length === 0) return []
  const isGivenUp = title === "Given up"
  return [
    section(title, [
      grid(
        title.toLowerCase(),
        [
          { title: "message" },
          { title: isGivenUp ? "given up" : "since" },
          { title: "tries", isNumber: true },
          { title: "error" },
          ...(isGivenUp ? [{ title: "" }] : []),
        ],
        deliveries.map((row) => ({
          key: row.position,
          cells: [
            link("message", row.message, scene.does),
            moment(instant(row.sinceMs).slice(5, 19), row.position, scene.does),
            count(row.attempts),
            h("span", { class: row.error === null ? undefined : "suspicious" }, [errorOf(row)]),
            ...(isGivenUp ? [resend(scene, row)] : []),
          ],
        })),
      ),
      unlisted > 0 ? quiet(`and ${plural(unlisted, "older one")}`) : undefined,
    ]),
  ]
}

const errorOf = ({ error, status }: DeliveryRow): string =>
  error === null ? "" : `${error}${status === null ? "" : ` ${status}`}`

/** The latest failures by what went wrong, the most frequent first. */
const failuresOf = ({ answers, does }: Scene, customer: string): ReadonlyArray<Tree> => {
  const events = given(answers, failuresQuestion(customer))?.events ?? []
  if (events.length === 0) return []
  const errors = [...Map.groupBy(events, ({ detail }) => detail.split(" · ", 1)[0])].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )
  return [
    section(`Failures, the latest ${count(events.length)}`, [
      grid(
        "failures",
        [
          { title: "error" },
          { title: "times", isNumber: true },
          { title: "first" },
          { title: "last" },
        ],
        errors.map(([error, failed]) => ({
          key: error,
          cells: [
            h("span", { class: "suspicious" }, [error]),
            count(failed.length),
            instant(failed.at(-1)?.occurredMs ?? 0).slice(0, 16),
            moment(instant(failed[0].occurredMs).slice(0, 19), failed[0].position, does),
          ],
        })),
      ),
    ]),
  ]
}
