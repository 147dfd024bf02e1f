/** Decides on blocking and unblocking. What is to be blocked need not be known: strangers attack too. */
import type { Command } from "./Command.ts"
import * as Firewall from "./Firewall.ts"
import type * as Network from "./Network.ts"
import { invalid, type Outcome } from "./outcome.ts"

type Asked = Extract<Command, { readonly _tag: "BlockTraffic" | "UnblockTraffic" }>

export const decideBlock = (state: Network.State, command: Asked, by: string): Outcome => {
  if (Firewall.namedIn(command) !== 1)
    return invalid("firewall", "name one station, device, customer or group")
  const target = Firewall.targetOf(command)
  const known = Firewall.find(state.firewall, target)
  const { why } = command
  if (command._tag === "UnblockTraffic")
    return known === undefined ? [] : [{ _tag: "TrafficUnblocked", ...target, by, why }]
  const { untilMs } = command
  if (known === undefined && state.firewall.blocks.size >= Firewall.blocksMax)
    return invalid("firewall", `has ${Firewall.blocksMax} blocks, which is the most`)
  return known !== undefined && known.untilMs === untilMs
    ? []
    : [
        {
          _tag: "TrafficBlocked",
          ...target,
          by,
          why,
          ...(untilMs === undefined ? {} : { untilMs }),
        },
      ]
}
