/** What the core network does of itself, for as long as it runs: delivers to customers, answers devices that asked, challenges stations. */
import * as Effect from "effect/Effect"
import { challengeStations } from "./challenge.ts"
import { deliver, type Options } from "./deliver.ts"
import { sendDownlinks } from "./downlink.ts"

/** Runs until it is interrupted; when one part fails, the whole does. */
export const act = (options: Options) =>
  Effect.all([deliver(options), sendDownlinks(), challengeStations()], {
    concurrency: "unbounded",
    discard: true,
  })
