/**
 * The fields of a service report that have no place of their own, as text, bounded in number and size.
 *
 * What may hold a device's data is left out: payloads stand in the log sealed or not at all.
 */
import * as Fields from "./Fields.ts"

/** Most fields, and most characters in a name and in a value: the longest documented event has 17. */
const fieldsMax = 64
const nameCharsMax = 64
const valueCharsMax = 2_048

/** Told elsewhere in the report. */
const told = new Set(["device", "deviceId", "time", "seqNumber", "type"])
/** Payloads: uplink data, downlink answers, custom variables decoded from data, all variables together. */
const payloads = /^(data|downlinkData|payload|parameters|callback|customData.*|custom#.*)$/i

export const serviceFields = (
  body: Fields.Body,
  fields: Fields.Fields,
): Readonly<Record<string, string>> => {
  const names = Object.keys(body).filter((name) => !told.has(name) && !payloads.test(name))
  if (names.length > fieldsMax) {
    fields.refuse("fields", "too-long", `more than ${fieldsMax} fields`)
    return {}
  }
  const others: Record<string, string> = {}
  for (const name of names) {
    if (name === "__proto__" || name.length > nameCharsMax)
      fields.refuse(Fields.shown(name), "bad-name", "a field cannot be called that")
    else if (fields.has(name)) {
      const text = textOf(fields.raw(name))
      if (text !== undefined && text.length <= valueCharsMax) others[name] = text
      else fields.refuse(name, "too-long", `longer than ${valueCharsMax} characters`)
    }
  }
  return others
}

/** undefined for what is nested too deeply to be written. */
const textOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return value
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
