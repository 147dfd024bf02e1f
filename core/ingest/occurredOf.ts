/** When what was read occurred, by its source's clock. */
import { invariantBroken } from "../kernel/invariant.ts"
import type { Input } from "./Input.ts"

export const occurredOf = (input: Input): number => {
  switch (input._tag) {
    case "Frame":
      return input.frame.heardAtMs
    case "Message":
    case "Reception":
    case "Service":
      return input.occurredMs
    case "Event":
      return invariantBroken("events of a file are restored, not decided on")
  }
}
