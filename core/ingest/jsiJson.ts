/**
 * Files of the Jozef Stefan Institute's trials: what a device sent (`tx`) joined with the callback the
 * backend sent for it (`rx`), which is absent where the transmission was lost.
 *
 * Only `rx` is read: `tx` is the truth that no network reported.
 */
import type { SourceId } from "../event/ids.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as Callback from "./callback.ts"
import * as Fields from "./Fields.ts"
import type { FileFormat } from "./FileFormat.ts"
import * as JsonLines from "./jsonLines.ts"

const source = "jsi" as SourceId // the pattern allows it

export const format: FileFormat = JsonLines.make({
  name: "jsi-json",
  source,
  read: (value, path) => {
    if (!Fields.isBody(value) || !(isPart(value["rx"]) || isPart(value["tx"])))
      return Rejected.make("not-object", path, "there is neither rx nor tx")
    const received = value["rx"]
    if (received === undefined || received === null) return undefined
    return Callback.readCallback(received, `${path}.rx`, { source, report: "rx" })
  },
  looks: "rx and tx of a trial",
  looksLike: (body) => isPart(body["rx"]) || isPart(body["tx"]),
})

const isPart = (value: unknown): boolean => Fields.isBody(value)
