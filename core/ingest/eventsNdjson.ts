/** Files of events as `export` writes them: CloudEvents, one a line. */
import type { SourceId } from "../event/ids.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as CloudEvent from "../log/cloudEvent.ts"
import type { FileFormat } from "./FileFormat.ts"
import type { Input } from "./Input.ts"
import { parseJson } from "./parseJson.ts"
import * as TextLines from "./textLines.ts"

/** Reads line number `line`. */
const readEventLine = (text: string, line: number): Input | Rejected.Rejected => {
  const parsed = parseJson(text)
  if (!parsed.ok) return Rejected.make("not-json", `line ${line}`, parsed.why)
  const recorded = CloudEvent.fromCloudEvent(parsed.value)
  return Rejected.is(recorded)
    ? Rejected.make(recorded.reason, `line ${line} ${recorded.where}`, recorded.detail)
    : { _tag: "Event", recorded }
}

export const format: FileFormat = TextLines.make({
  name: "events-ndjson",
  // Events keep the sources they were recorded with.
  source: "events" as SourceId, // the pattern allows it
  read: readEventLine,
  looks: "a CloudEvent",
  looksLike: (body) => Object.hasOwn(body, "specversion"),
})
