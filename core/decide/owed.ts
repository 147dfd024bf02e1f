/**
 * What becomes owed because of an event: to each destination of the device's customer that asked to be told of such, and
 * to no other. Recorded in the same commit as its cause.
 */
import { isWithin } from "../access/Groups.ts"
import type { DeviceId } from "../event/ids.ts"
import type { Told } from "../event/registration.ts"
import type { Emit } from "./decideFrame.ts"
import type * as Network from "./Network.ts"

export const owe = (
  state: Network.State,
  message: { readonly device: DeviceId; readonly seq: number; readonly epoch: number },
  told: ReadonlyArray<Told>,
  because: { readonly at: number; readonly atMs: number },
  emit: Emit,
): void => {
  const { device, epoch, seq } = message
  const known = state.devices.get(device)
  const customer = known?.customer === undefined ? undefined : state.customers.get(known.customer)
  // Nowhere for a retired or unknown customer.
  if (known === undefined || customer === undefined || customer.retired) return
  for (const { settings, told: wanted } of customer.destinations) {
    const { customer: owner, destination, group } = settings
    if (group !== undefined && !isWithin(state.access.groups, known.group, group)) continue
    for (const each of told) {
      if (!wanted.includes(each)) continue
      const owed = { device, seq, epoch, customer: owner, destination }
      emit(
        each === "bidir"
          ? { _tag: "DeliveryOwed", ...owed }
          : { _tag: "DeliveryOwed", ...owed, notice: each },
        because.atMs,
        [because.at],
        false,
      )
    }
  }
}
