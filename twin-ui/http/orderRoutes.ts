/**
 * How downlinks reach their stations: a station calls and waits for its next order, sends the frame at its time, and
 * says so. The answer is what counts: an order that nobody answers was not sent.
 *
 * The station answers when it *has sent*, so no frame counts as sent that was only handed over.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { StationId } from "../../core/event/ids.ts"
import { OrderDesk } from "../../core/network/OrderDesk.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"

export const OrderAnswer = Schema.Struct({
  /** Names the order when the station answers it. */
  order: Schema.String,
  station: StationId,
  /** Preamble, sync and fifteen bytes as they go on air, hex. */
  frame: Schema.String,
  /** Hz; null: where the station itself heard the device, shifted as its zone says. */
  frequencyHz: Schema.NullOr(Schema.Finite),
  /** When the frame begins, by the station's clock. */
  atMs: Schema.Int,
})

const SentBody = Schema.Struct({
  /** False: the station will not send it, or could not. */
  sent: Schema.Boolean,
})

const about = { tag: "ingest", access: "ingest", right: "ingest-evidence" } as const

export const make = Effect.gen(function* () {
  const desk = yield* OrderDesk
  const twin = yield* Twin

  /** Orders go to enrolled stations only, so a call of any other would wait for nothing. */
  const requireEnrolled = Effect.fnUntraced(function* (id: StationId) {
    const station = Integrity.find(yield* twin.state(Integrity.projection), id)
    if (station === undefined || station.enrolment === null || station.retired)
      return yield* Problem.make("not-there", `no station ${id} is enrolled`, { where: "path.id" })
    return undefined
  })

  const next = Route.make({
    ...about,
    method: "GET",
    path: "/stations/:id/order",
    operation: "nextOrder",
    summary: "Wait for the station's next downlink",
    description:
      "Answers when there is one, or with 204 after 25 s: then call again at once. A station that does not call has no link, and its downlinks fail.",
    params: { id: Parameter.station },
    answers: {
      200: {
        description: "A frame to send once, at its time.",
        contentType: "application/json",
        schema: OrderAnswer,
      },
      204: { description: "None came." },
    },
    problems: ["bad-request", "not-there", "projection-stopped"],
    handle: ({ params: { id } }) =>
      Effect.gen(function* () {
        yield* requireEnrolled(id)
        const order = yield* desk.next(id)
        if (order === undefined) return HttpServerResponse.empty({ status: 204 })
        const { atMs, frameHex: frame, frequencyHz = null, id: name, station } = order
        return Route.answer(OrderAnswer, { order: name, station, frame, frequencyHz, atMs })
      }),
  })

  const answer = Route.withJson({
    ...about,
    method: "POST",
    path: "/stations/:id/orders/:order",
    operation: "answerOrder",
    summary: "Say that the frame was sent, or that it will not be",
    params: {
      id: Parameter.station,
      order: Parameter.name("The order, as it was given."),
    },
    schema: SentBody,
    bodyDescription: "What became of it.",
    answers: { 204: { description: "It was noted." } },
    problems: ["bad-request", "not-there", "too-large", "wrong-media-type", "projection-stopped"],
    handle: ({ body, params: { id, order } }) =>
      Effect.gen(function* () {
        if (!(yield* desk.answer(id, order, body.sent)))
          return yield* Problem.make(
            "not-there",
            `no order ${order} is out with station ${id}: it was answered already, or its window is over`,
            { where: "path.order" },
          )
        return HttpServerResponse.empty({ status: 204 })
      }),
  })

  return [next, answer]
})
