/**
 * Named worlds: who disturbs them and when. Each scenario repeats after `spanMs`, with other
 * chances, as long as it is asked to.
 */
import type { Adversary, Kind } from "./adversary/Adversary.ts"
import { clone } from "./adversary/clone.ts"
import { counterWrap } from "./adversary/counterWrap.ts"
import { customerOutage } from "./adversary/customerOutage.ts"
import { desync } from "./adversary/desync.ts"
import { downlinkJamming } from "./adversary/downlinkJamming.ts"
import { duplicate } from "./adversary/duplicate.ts"
import { fabricatedRepeats } from "./adversary/fabricatedRepeats.ts"
import { fleetSilence } from "./adversary/fleetSilence.ts"
import { jamming } from "./adversary/jamming.ts"
import { lateBuffer } from "./adversary/lateBuffer.ts"
import { macGuessing } from "./adversary/macGuessing.ts"
import { massiveCloning } from "./adversary/massiveCloning.ts"
import { reflash } from "./adversary/reflash.ts"
import { replay } from "./adversary/replay.ts"
import { replayAfterWrap } from "./adversary/replayAfterWrap.ts"
import { retransmission } from "./adversary/retransmission.ts"
import { serverOutage } from "./adversary/serverOutage.ts"
import { slowCustomer } from "./adversary/slowCustomer.ts"
import { stationOutage } from "./adversary/stationOutage.ts"
import { tamperedEvidence } from "./adversary/tamperedEvidence.ts"
import { surge } from "./adversary/surge.ts"
import { tamperedStation } from "./adversary/tamperedStation.ts"
import { transitLink } from "./adversary/transitLink.ts"
import { typeRelabelling } from "./adversary/typeRelabelling.ts"
import { unknownDevice } from "./adversary/unknownDevice.ts"
import { wrapPaddingForgery } from "./adversary/wrapPaddingForgery.ts"
import { wrongPolicy } from "./adversary/wrongPolicy.ts"
import { minuteMs } from "./Span.ts"

/** Minutes count from the beginning of each repetition. */
interface Part {
  readonly adversary: Adversary
  readonly fromMinute: number
  readonly untilMinute: number
}

export interface Scenario {
  readonly spanMs: number
  /** Thin history before the start, in days, where the caller does not say. */
  readonly historyDays: number
  readonly parts: ReadonlyArray<Part>
}

export type ScenarioName = "clean" | "demo" | Kind

const part = (adversary: Adversary, fromMinute: number, untilMinute: number): Part => ({
  adversary,
  fromMinute,
  untilMinute,
})

/** One adversary alone, in the second and third of six hours. */
const alone = (adversary: Adversary, historyDays = 0): Scenario => ({
  spanMs: 360 * minuteMs,
  historyDays,
  parts: [part(adversary, 60, 180)],
})

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  clean: { spanMs: 360 * minuteMs, historyDays: 0, parts: [] },
  /** Twelve hours: twelve minutes at 60 times. */
  demo: {
    spanMs: 720 * minuteMs,
    historyDays: 60,
    parts: [
      part(replayAfterWrap, 75, 90),
      part(transitLink, 130, 165),
      // The last retry comes 7 minutes after the first failure: nothing is abandoned.
      part(customerOutage, 200, 207),
      part(tamperedStation, 270, 390),
      part(macGuessing, 420, 430),
      part(clone, 450, 610),
      part(jamming, 620, 680),
    ],
  },
  // Long enough for the two to meet several times.
  clone: { ...alone(clone), parts: [part(clone, 30, 330)] },
  "counter-wrap": { ...alone(counterWrap), parts: [part(counterWrap, 0, 360)] },
  "customer-outage": {
    ...alone(customerOutage),
    parts: [part(customerOutage, 60, 67), part(customerOutage, 120, 150)],
  },
  desync: alone(desync),
  // Few devices ask, and once a day.
  "downlink-jamming": { ...alone(downlinkJamming), parts: [part(downlinkJamming, 60, 300)] },
  duplicate: alone(duplicate),
  "fabricated-repeat": alone(fabricatedRepeats),
  "fleet-silence": alone(fleetSilence),
  jamming: alone(jamming),
  "late-buffer": alone(lateBuffer),
  "mac-guessing": alone(macGuessing),
  "massive-cloning": alone(massiveCloning),
  "re-transmission": alone(retransmission),
  reflash: alone(reflash),
  replay: alone(replay),
  // The busiest devices, 96 to 120 messages a day, wrap within 43 days.
  "replay-after-wrap": alone(replayAfterWrap, 60),
  "server-outage": alone(serverOutage),
  "slow-customer": alone(slowCustomer),
  "station-outage": alone(stationOutage),
  "tampered-evidence": { ...alone(tamperedEvidence), parts: [part(tamperedEvidence, 30, 330)] },
  surge: alone(surge),
  "tampered-station": alone(tamperedStation),
  "transit-link": alone(transitLink),
  "type-relabelling": alone(typeRelabelling),
  "unknown-device": alone(unknownDevice),
  "wrap-padding-forgery": alone(wrapPaddingForgery),
  "wrong-policy": alone(wrongPolicy),
}
