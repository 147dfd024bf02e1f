/** Rows about deliveries and downlinks: a row a step. */
import type {
  DeliveryAbandoned,
  DeliveryFailed,
  DeliveryOwed,
  DeliverySucceeded,
  RedeliveryAsked,
} from "../../core/event/delivery.ts"
import type {
  DownlinkAsked,
  DownlinkConfirmed,
  DownlinkNotTransmitted,
  DownlinkRefused,
  DownlinkScheduled,
  DownlinkTransmitted,
  DownlinkUnconfirmed,
  StrayConfirmationHeard,
} from "../../core/event/downlink.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import { type Cell, placeOf, type Row } from "./Table.ts"

type DeliveryStep =
  | DeliveryOwed
  | DeliverySucceeded
  | DeliveryFailed
  | DeliveryAbandoned
  | RedeliveryAsked

export const deliveryRow = (recorded: Recorded, event: DeliveryStep): Row => {
  const { customer, destination, device, epoch, seq } = event
  const row = (step: string, ...rest: Row): Row => [
    ...placeOf(recorded),
    device,
    seq,
    epoch,
    customer,
    destination,
    event.notice ?? "message",
    step,
    ...rest,
  ]
  switch (event._tag) {
    case "DeliveryOwed":
      return row("owed", null, null, null, null, null)
    case "DeliverySucceeded":
      return row("succeeded", event.attempt, event.status, null, event.durationMs, null)
    case "DeliveryFailed":
      return row(
        "failed",
        event.attempt,
        event.status ?? null,
        event.error,
        event.durationMs,
        event.nextAttemptAtMs,
      )
    case "DeliveryAbandoned":
      return row("abandoned", event.attempts, null, event.error, null, null)
    case "RedeliveryAsked":
      return row("asked-again", null, null, null, null, null)
  }
}

type DownlinkStep =
  | DownlinkAsked
  | DownlinkScheduled
  | DownlinkRefused
  | DownlinkTransmitted
  | DownlinkNotTransmitted
  | DownlinkConfirmed
  | DownlinkUnconfirmed
  | StrayConfirmationHeard

interface Said {
  readonly station?: Cell
  readonly by?: Cell
  readonly reason?: Cell
  readonly error?: Cell
  readonly frequencyHz?: Cell
  readonly transmitAt?: Cell
  readonly closesAt?: Cell
  readonly rssiDbm?: Cell
  readonly policy?: Cell
}

export const downlinkRow = (recorded: Recorded, event: DownlinkStep): Row => {
  const row = (step: string, said: Said): Row => [
    ...placeOf(recorded),
    event.device,
    event.seq,
    event.epoch,
    step,
    said.station ?? null,
    said.by ?? null,
    said.reason ?? null,
    said.error ?? null,
    said.frequencyHz ?? null,
    said.transmitAt ?? null,
    said.closesAt ?? null,
    said.rssiDbm ?? null,
    said.policy ?? null,
  ]
  switch (event._tag) {
    case "DownlinkAsked":
      return row("asked", { closesAt: event.closesAtMs })
    case "DownlinkScheduled":
      return row("scheduled", {
        station: event.station,
        by: event.by,
        frequencyHz: event.frequencyHz ?? null,
        transmitAt: event.transmitAtMs,
        closesAt: event.closesAtMs,
        policy: event.policy,
      })
    case "DownlinkRefused":
      return row("refused", { reason: event.reason, policy: event.policy })
    case "DownlinkTransmitted":
      return row("transmitted", { station: event.station })
    case "DownlinkNotTransmitted":
      return row("not-transmitted", { station: event.station, error: event.error })
    case "DownlinkConfirmed":
      return row("confirmed", { rssiDbm: event.rssiDbm })
    case "DownlinkUnconfirmed":
      return row("unconfirmed", { station: event.station })
    case "StrayConfirmationHeard":
      return row("stray", { rssiDbm: event.rssiDbm })
  }
}
