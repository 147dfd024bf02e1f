/** The thing a kind and an id name, as people write them; undefined where the id is not of the form. */
import * as Schema from "effect/Schema"
import {
  CustomerId,
  DestinationId,
  parseDeviceId,
  parseStationId,
} from "../../../core/event/ids.ts"
import type { Kind, Thing } from "./Thing.ts"

/** The form of each kind's id, for the sentence "must be …". */
export const forms: Readonly<Record<Kind, string>> = {
  station: "a station id",
  key: "DEVICE:VERSION of the key, as 4D33DB:1",
  policy: "a policy's version",
  endpoint: "CUSTOMER/DESTINATION",
  event: "a position",
}

export const readThing = (kind: Kind, id: string): Thing | undefined => {
  switch (kind) {
    case "station": {
      const station = parseStationId(id)
      return station === undefined ? undefined : { kind, station }
    }
    case "key": {
      const [, name = "", version] = /^(\w{1,16}):(\d{1,9})$/.exec(id) ?? []
      const device = parseDeviceId(name)
      if (device === undefined || version === undefined) return undefined
      return { kind, device, keyVersion: Number(version) }
    }
    case "policy":
      return /^\d{1,9}$/.test(id) ? { kind, version: Number(id) } : undefined
    case "endpoint": {
      const [customer, destination, more] = id.split("/")
      if (!isCustomer(customer) || !isDestination(destination) || more !== undefined)
        return undefined
      return { kind, customer, destination }
    }
    case "event":
      return /^\d{1,15}$/.test(id) ? { kind, position: Number(id) } : undefined
  }
}

const isCustomer = Schema.is(CustomerId)
const isDestination = Schema.is(DestinationId)
