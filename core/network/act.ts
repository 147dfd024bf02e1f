/** What the core network does of itself, for as long as it runs: delivers to customers, answers devices that asked, challenges stations, alerts. */
import * as Effect from "effect/Effect"
import { alertPeople } from "./alertPeople.ts"
import { challengeStations } from "./challenge.ts"
import { deliver, type Options } from "./deliver.ts"
import { keepTime } from "./keepTime.ts"
import { pollSources } from "./poll.ts"
import { retainPayloads } from "./retain.ts"
import { sendDownlinks } from "./downlink.ts"

/** Without a poster for it, no network is polled: a demo's clock is not that of any. */
const polling = ({ pollPoster }: Options) =>
  pollPoster === undefined ? [] : [pollSources(pollPoster)]

/** Runs until it is interrupted; when one part fails, the whole does. */
export const act = (options: Options) =>
  Effect.all(
    [
      deliver(options),
      sendDownlinks(),
      challengeStations(),
      alertPeople(options),
      keepTime,
      retainPayloads(),
      ...polling(options),
    ],
    { concurrency: "unbounded", discard: true },
  )
