/**
 * Whether grants allow something: pure questions, asked for every thing in every answer.
 *
 * A grant reaches a device when all that its scope names fits the device as it is registered now. It reaches
 * a customer when its scope is that customer and nothing narrower, or nothing; and stations, policies and strangers when it
 * has no scope at all.
 */
import type { Grant } from "./Access.ts"
import { type Groups, isWithin } from "./Groups.ts"
import type { Right } from "./Right.ts"
import { rightsOf } from "./Role.ts"

/** As it is registered now; undefined members where its registration says nothing. */
export interface DeviceFacts {
  readonly customer: string | undefined
  readonly group: string | undefined
  readonly deviceType: string | undefined
}

/** On anything at all. */
export const may = (grants: ReadonlyArray<Grant>, right: Right): boolean =>
  grants.some((grant) => gives(grant, right))

/** On what belongs to nobody: the whole twin. */
export const mayOnAll = (grants: ReadonlyArray<Grant>, right: Right): boolean =>
  grants.some((grant) => gives(grant, right) && isUnlimited(grant))

export const mayOnCustomer = (
  grants: ReadonlyArray<Grant>,
  right: Right,
  customer: string,
): boolean =>
  grants.some(
    (grant) =>
      gives(grant, right) &&
      grant.group === null &&
      grant.deviceType === null &&
      (grant.customer === null || grant.customer === customer),
  )

/** `device` undefined: nobody registered it. */
export const mayOnDevice = (
  grants: ReadonlyArray<Grant>,
  groups: Groups,
  right: Right,
  device: DeviceFacts | undefined,
): boolean =>
  grants.some(
    (grant) =>
      gives(grant, right) &&
      (isUnlimited(grant) || (device !== undefined && fits(grant, groups, device))),
  )

const gives = ({ payloads, role }: Grant, right: Right): boolean => {
  const rights = rightsOf(role)
  return right === "read-payloads" ? payloads && rights.includes("read") : rights.includes(right)
}

/** On the whole twin. */
export const isUnlimited = ({ customer, deviceType, group }: Grant): boolean =>
  customer === null && deviceType === null && group === null

const fits = (
  { customer, deviceType, group }: Grant,
  groups: Groups,
  device: DeviceFacts,
): boolean =>
  (customer === null || customer === device.customer) &&
  (deviceType === null || deviceType === device.deviceType) &&
  (group === null || isWithin(groups, device.group, group))
