/**
 * Downlink jamming or spoofing (SIGFOX.md part 8): the network reported a downlink as sent, and the device, which
 * the twin hears, never confirmed it. One confirmation may be lost on the air; several in a row are not.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Rule } from "../Rule.ts"

/** Devices remembered with a downlink. */
export const devicesMax = 4096
/** Bytes of a downlink confirmation's payload (SIGFOX.md part 1); a keep-alive has one less. */
const confirmationLength = 8
/** Between the report and the confirmation, either way, ms: the window, the answer, and time for reports. */
const spanMs = 180_000
/** ACKNOWLEDGE infoCode of a downlink that was sent (SIGFOX.md part 6). */
const acked = "0"

type Note = {
  /** Reports in a row without a confirmation, this one included. */
  readonly unconfirmed: number
  /** Of the report that waits; -1 when none does. */
  readonly position: number
  readonly atMs: number
  readonly confirmedMs: number
}

const fresh: Note = { unconfirmed: 0, position: -1, atMs: 0, confirmedMs: -spanMs }

export const rule: Rule<Memory<Note>> = {
  ...remembers<Note>(devicesMax),
  name: "downlink-unconfirmed",
  wants: ["Settled", "Other"],
  apply: (draft, moment, report) => {
    if (moment._tag === "Other") {
      const { event, occurredMs, position } = moment.recorded
      if (event._tag !== "ServiceReported" || event.service !== "acknowledge") return
      if (event.fields["infoCode"] !== acked) return
      const known = FifoMap.get(draft, event.device) ?? fresh
      if (Math.abs(occurredMs - known.confirmedMs) <= spanMs) return
      FifoMap.set(draft, event.device, { ...known, position, atMs: occurredMs })
      return
    }
    if (moment._tag !== "Settled") return
    const { control, device, firstMs, lastAt, payloadLength, seq } = moment.sighting
    const known = FifoMap.get(draft, device)
    const isConfirmation = control && payloadLength === confirmationLength
    if (isConfirmation) {
      FifoMap.set(draft, device, { ...fresh, confirmedMs: firstMs })
      return
    }
    // The device's next message shows that the twin would have heard it.
    if (known === undefined || known.position < 0 || firstMs - known.atMs <= spanMs) return
    const unconfirmed = known.unconfirmed + 1
    FifoMap.set(draft, device, { ...known, unconfirmed, position: -1 })
    report.say({
      kind: "downlink-unconfirmed",
      device,
      seq,
      fromPosition: known.position,
      toPosition: lastAt,
      fromMs: known.atMs,
      toMs: firstMs,
      facts: [
        {
          text: "the network sent a downlink, and the device did not confirm it",
          position: known.position,
          weight: 0.3,
        },
        ...(unconfirmed > 1
          ? [
              {
                text: `${unconfirmed} downlinks in a row were not confirmed`,
                position: known.position,
                weight: 0.5,
              },
            ]
          : []),
      ],
    })
  },
}
