/** Erasing all that a customer's devices ever sent. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DeviceId } from "../../core/event/ids.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Device from "../../projections/device/Device.ts"
import { Twin } from "../../projections/run/Twin.ts"
import { executor } from "./commandRoutes.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

export const EraseAnswer = Schema.Struct({
  /** How many devices' keys were destroyed. */
  devices: Schema.Int,
  /** The last event that says so; -1 where there was nothing to erase. */
  position: Schema.Int,
})

export const make = Effect.gen(function* () {
  const execute = yield* executor
  const twin = yield* Twin
  return [
    Route.withJson({
      method: "POST",
      path: "/api/customers/:id/erase",
      operation: "eraseCustomer",
      tag: "commands",
      access: "command",
      right: "erase",
      summary: "Destroy the keys that the payloads of a customer's devices are sealed under",
      description:
        "Of every device that is registered to the customer now, one after the other, each an event of its own. Asked again after a break, it begins anew and does no harm.",
      params: { id: Parameter.id("Customer.") },
      schema: Schema.Struct({ note: Schema.String.check(Schema.isMaxLength(500)) }),
      bodyDescription: "Who asked for it and why.",
      answers: {
        200: {
          description: "They are erased.",
          contentType: "application/json",
          schema: EraseAnswer,
        },
      },
      problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
      handle: ({ body: { note }, params: { id } }) =>
        Effect.gen(function* () {
          const viewer = yield* Viewer.Viewer
          if (!viewer.mayOn("erase", { customer: id }))
            return yield* Viewer.hidden(`there is no customer ${id}`)
          const delivery = yield* twin.state(Delivery.projection)
          const state = yield* twin.state(Device.projection)
          const owned = Device.ofCustomer(state, id)
          if (owned.length === 0 && Delivery.findCustomer(delivery, id) === undefined)
            return yield* Problem.make("not-there", `there is no customer ${id}`, {
              where: "path.id",
            })
          let position = -1
          for (const { device } of owned) {
            const positions = yield* execute({
              _tag: "ErasePayloads",
              device: DeviceId.make(device),
              note,
            })
            position = positions.at(-1) ?? position
          }
          return Route.answer(EraseAnswer, { devices: owned.length, position })
        }),
    }),
  ]
})
