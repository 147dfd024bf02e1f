/**
 * Which accepted messages rest on one station alone: see `Integrity.ts` for what that means.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { MessageAccepted } from "../../core/event/decision.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { keepRecent } from "../../core/kernel/keepRecent.ts"
import {
  aloneMax,
  type Hearing,
  own,
  reachable,
  type State,
  type Station,
  type Trust,
} from "./Station.ts"

/** The hot path: most events are receptions. */
export const frameHeard = (draft: State, recorded: Recorded, event: FrameHeard): void => {
  const station = reachable(draft, event.station)
  if (station === undefined) return
  const { occurredMs, position } = recorded
  station.receptions++
  if (station.lastHeardMs === null || occurredMs > station.lastHeardMs)
    station.lastHeardMs = occurredMs
  const seen = event.configDigest
  const vouched =
    seen !== undefined && seen === station.reference && station.trust !== "lost" && !hasTpm(station)
  if (seen !== undefined) {
    station.lastDigest = seen
    station.lastDigestAt = position
  }
  if (vouched) {
    station.goodAt = position
    station.alone = 0
    if (station.aloneRecent.length > 0) station.aloneRecent = []
  }
  if (event.check === "ok") hear(draft, recorded, event, station.trust, vouched)
}

const hear = (
  draft: State,
  recorded: Recorded,
  event: FrameHeard,
  trust: Trust,
  vouched: boolean,
): void => {
  const { occurredMs, position } = recorded
  const known = FifoMap.get(draft.hearings, event.device)
  if (
    known === undefined ||
    known.seq !== event.seq ||
    known.digest !== event.payload.digest ||
    Math.abs(occurredMs - known.firstMs) > draft.tallyWindowMs
  ) {
    FifoMap.set(draft.hearings, event.device, {
      seq: event.seq,
      digest: event.payload.digest,
      firstMs: occurredMs,
      firstAt: position,
      station: event.station,
      several: false,
      vouched,
      countedAt: -1,
    })
    return
  }
  if (known.several) return
  const isOther = known.station !== event.station
  // What a station without trust heard supports nothing.
  if (trust === "lost" || !(isOther || (vouched && !known.vouched))) return
  if (known.countedAt >= 0) uncount(draft, known)
  const isFirstSupport = isOther && draft.stations.get(known.station)?.trust === "lost"
  FifoMap.set(
    draft.hearings,
    event.device,
    isFirstSupport && known.countedAt < 0
      ? { ...known, station: event.station, vouched }
      : { ...known, several: isOther, vouched: known.vouched || vouched, countedAt: -1 },
  )
}

export const accepted = (draft: State, recorded: Recorded, event: MessageAccepted): void => {
  const hearing = FifoMap.get(draft.hearings, event.device)
  if (hearing === undefined || hearing.firstAt !== recorded.causes[0]) return
  if (hearing.several || hearing.vouched || hearing.countedAt >= 0) return
  const known = draft.stations.get(hearing.station)
  if (known === undefined) return
  const { position } = recorded
  FifoMap.set(draft.hearings, event.device, { ...hearing, countedAt: position })
  const station = own(draft, known)
  const message = { position, device: event.device, seq: event.seq, epoch: event.epoch }
  station.alone++
  station.aloneRecent = keepRecent(station.aloneRecent, message, aloneMax)
  if (draft.watch?.station === station.station) draft.watch.messages.set(position, message)
}

const uncount = (draft: State, hearing: Hearing): void => {
  draft.watch?.messages.delete(hearing.countedAt)
  const known = draft.stations.get(hearing.station)
  // Counted before trust was last good: that count began anew since.
  if (known === undefined || hearing.countedAt <= known.goodAt) return
  const station = own(draft, known)
  station.alone--
  station.aloneRecent = station.aloneRecent.filter(({ position }) => position !== hearing.countedAt)
}

const hasTpm = ({ attested }: Station): boolean => attested !== null && attested.identity !== null
