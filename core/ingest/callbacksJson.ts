/** Files of callback bodies: an array, one a line, or a single one. */
import * as Callback from "./callback.ts"
import type { FileFormat } from "./FileFormat.ts"
import * as JsonLines from "./jsonLines.ts"

export const format: FileFormat = JsonLines.make({
  name: "callbacks-json",
  source: Callback.source,
  read: (value, path) => Callback.readCallback(value, path),
  looks: "those of a callback (device or sourceId, time)",
  looksLike: (body) => {
    const device = body["device"] ?? body["sourceId"]
    return (typeof device === "string" || typeof device === "number") && Object.hasOwn(body, "time")
  },
})
