/** Files of receptions with raw frames, one a line: the hot way in. */
import type * as Fields from "./Fields.ts"
import type { FileFormat } from "./FileFormat.ts"
import { readFrameLine, source } from "./frameLine.ts"
import * as TextLines from "./textLines.ts"

export const format: FileFormat = TextLines.make({
  name: "frames-ndjson",
  source,
  read: (text, line) => readFrameLine(text, line),
  looks: "a reception with station, heardAt and frame",
  looksLike: (body: Fields.Body) =>
    Object.hasOwn(body, "station") &&
    (Object.hasOwn(body, "frame") || Object.hasOwn(body, "bitstream")),
})
