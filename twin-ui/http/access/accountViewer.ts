/**
 * The viewer that an account is. Every question is asked of the live states, so that what is granted or taken away holds at
 * once, in streams under way too, and so that the past is seen with the permissions of now.
 */
import type * as Access from "../../../core/access/Access.ts"
import * as Permission from "../../../core/access/Permission.ts"
import type { Right } from "../../../core/access/Right.ts"
import type * as Device from "../../../projections/device/Device.ts"
import type { Thing, Viewer } from "../Viewer.ts"

interface LiveStates {
  readonly access: Access.State
  readonly device: Device.State
}

/** `isOver`: the session or credential it came by has ended. */
export const accountViewer = (
  states: LiveStates,
  account: string,
  isOver: () => boolean,
): Viewer => {
  const grants = (): ReadonlyArray<Access.Grant> => {
    const known = states.access.accounts.get(account)
    return known === undefined || known.disabled || isOver() ? [] : known.grants
  }
  const factsOf = (device: string): Permission.DeviceFacts | undefined => {
    const registration = states.device.devices.get(device)?.registration
    return registration == null
      ? undefined
      : {
          customer: registration.customer ?? undefined,
          group: registration.group ?? undefined,
          deviceType: registration.deviceType ?? undefined,
        }
  }
  const mayOn = (right: Right, thing: Thing): boolean => {
    if (thing === "network" || "station" in thing) return Permission.mayOnAll(grants(), right)
    if ("customer" in thing) return Permission.mayOnCustomer(grants(), right, thing.customer)
    const facts = "device" in thing ? factsOf(thing.device) : thing.registering
    return Permission.mayOnDevice(grants(), states.access.groups, right, facts)
  }
  return {
    name: account,
    get whole() {
      return Permission.mayOnAll(grants(), "read")
    },
    may: (right) => Permission.may(grants(), right),
    mayOn,
    isTaken: (device) => factsOf(device) !== undefined,
    seesPayload: (device) => mayOn("read-payloads", { device }),
    isOver: () => isOver() || (states.access.accounts.get(account)?.disabled ?? true),
  }
}
