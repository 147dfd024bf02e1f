/** What callbacks and API messages have in common: link quality, location, names of messages. */
import type { DeviceId, SourceMessageId } from "../event/ids.ts"
import type { MessageReported } from "../event/report.ts"
import * as Fields from "./Fields.ts"
import { parseJson } from "./parseJson.ts"

/** Most stations in one report; in a city 22 hear a message (SIGFOX.md part 7). */
export const stationsMax = 1_000

/** 0..4 by the OpenAPI document's `lqi`; 4 is "NA". */
const qualities = ["limit", "average", "good", "excellent", "na"]

/** Link quality, 0 limit .. 3 excellent, by number or name; "none" where it says not available. */
export const linkQuality: Fields.Read<number | "none"> = (value, refuse) => {
  const named = typeof value === "string" ? qualities.indexOf(value.toLowerCase()) : -1
  const quality = named === -1 ? Fields.integer({ min: 0, max: 4 })(value, refuse) : named
  return quality === 4 ? "none" : quality
}

type Location = NonNullable<MessageReported["location"]>

/**
 * Where the network thinks the device is: an object (callbacks), or a list of which the first counts
 * (API). "none" where it says that it computed none: `status` 1 is success (support.sigfox.com,
 * "data advanced"), and only callbacks have it.
 */
export const computedLocation: Fields.Read<Location | "none"> = (value, refuse) => {
  const parsed = ofText(value)
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed
  if (first === undefined || first === null) return "none"
  if (!Fields.isBody(first)) return refuse("not-object", `${Fields.shown(value)} is no location`)
  const fields = Fields.make(first, "")
  if (fields.has("status") && Number(fields.raw("status")) !== 1) return "none"
  if (!fields.has("lat") && !fields.has("lng")) return "none"
  const lat = fields.required("lat", Fields.latitude)
  const lng = fields.required("lng", Fields.longitude)
  const radiusM = fields.optional("radius", Fields.number({ min: 0, max: earthM }))
  const rejected = fields.rejected()
  if (rejected !== undefined)
    return refuse(rejected.reason, `${rejected.where}: ${rejected.detail}`)
  if (lat === undefined || lng === undefined) return "none"
  return { lat, lng, ...(radiusM === undefined ? {} : { radiusM }) }
}

/** Half the way round the Earth. */
const earthM = 20_040_000

/**
 * A name for a message whose source gives it neither number nor name: the same report read again
 * gives the same name. It fits the pattern: an id of at most 48 characters and 13 digits.
 */
export const messageId = (device: DeviceId, occurredMs: number): SourceMessageId =>
  `${device}-${occurredMs}` as SourceMessageId // both parts are of the pattern's characters

/** In a URL or a form the backend writes lists and objects as JSON text. */
export const ofText = (value: unknown): unknown => {
  if (typeof value !== "string") return value
  const parsed = parseJson(value)
  return parsed.ok ? parsed.value : value
}
