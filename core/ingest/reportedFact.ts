/** What a network reported, as the event to record: the same, its payload sealed. */
import type { MessageReported, ReceptionReported, ServiceReported } from "../event/report.ts"
import { invariantBroken } from "../kernel/invariant.ts"
import type { VaultShape } from "../keys/Vault.ts"
import type { Input } from "./Input.ts"

export const reportedFact = (
  vault: VaultShape,
  input: Exclude<Input, { readonly _tag: "Frame" }>,
): MessageReported | ReceptionReported | ServiceReported => {
  switch (input._tag) {
    case "Message": {
      const { report, payload } = input
      if (payload === undefined) return report
      const { device } = report
      const name = new TextEncoder().encode(`${report.seq ?? report.id ?? ""} `)
      const packet = new Uint8Array(name.length + payload.length)
      packet.set(name)
      packet.set(payload, name.length)
      return { ...report, payload: vault.seal({ device, stranger: false, packet, payload }) }
    }
    case "Reception":
    case "Service":
      return input.report
    case "Event":
      return invariantBroken("events of a file are restored, not decided on")
  }
}
