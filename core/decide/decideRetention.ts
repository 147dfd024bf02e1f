/** Decides on how long payloads are kept. */
import type { Command } from "./Command.ts"
import type * as Network from "./Network.ts"
import { invalid, type Outcome } from "./outcome.ts"
import * as Retention from "./Retention.ts"

type Asked = Extract<Command, { readonly _tag: "SetRetention" }>

export const decideRetention = (state: Network.State, command: Asked, by: string): Outcome => {
  const { customer, days, group } = command
  if ((customer === undefined) === (group === undefined))
    return invalid("retention", "name one customer or group")
  const target = Retention.targetOf(command)
  const known = state.retention.get(Retention.keyOf(target))
  if (known === undefined && days !== undefined && state.retention.size >= Retention.retentionsMax)
    return invalid("retention", `is set for ${Retention.retentionsMax}, which is the most`)
  return known?.days === days
    ? []
    : [{ _tag: "RetentionSet", ...target, ...(days === undefined ? {} : { days }), by }]
}
