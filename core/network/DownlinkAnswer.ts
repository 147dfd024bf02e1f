/**
 * What a customer's answer to a delivery says to the device: `{"<id>":{"downlinkData":"<16 hex>"}}`, or nothing
 * (204, another body, `noData`). SIGFOX.md part 6.
 */
import { payloadLength } from "../decide/decideDownlink.ts"
import { parseDeviceId } from "../event/ids.ts"
import { parseJson } from "../ingest/parseJson.ts"
import * as Bytes from "../kernel/Bytes.ts"

export type DownlinkAnswer =
  | { readonly _tag: "None" }
  /** Meant as a downlink, but not eight bytes for this device. */
  | { readonly _tag: "Invalid" }
  | { readonly _tag: "Downlink"; readonly payload: Uint8Array }

const none = { _tag: "None" } as const
const invalid = { _tag: "Invalid" } as const

/** `body` of a successful answer to a message of `device`. */
export const read = (status: number, body: string, device: string): DownlinkAnswer => {
  // Most answers are empty or a word; only what could hold a downlink is parsed.
  if (status === 204 || !body.includes("downlinkData")) return none
  const parsed = parseJson(body)
  if (!parsed.ok || !isObject(parsed.value)) return invalid
  const own = Object.entries(parsed.value).find(([id]) => parseDeviceId(id) === device)?.[1]
  if (!isObject(own)) return invalid
  const data = own["downlinkData"]
  if (data === undefined || data === null || own["noData"] === true) return none
  const payload = typeof data === "string" ? Bytes.fromHex(data) : undefined
  return payload?.length === payloadLength ? { _tag: "Downlink", payload } : invalid
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
