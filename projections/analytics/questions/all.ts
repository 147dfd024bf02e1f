/** Every named question, in the order in which they are listed. */
import { attestation } from "./attestation.ts"
import { availability } from "./availability.ts"
import { callbacks } from "./callbacks.ts"
import { changes } from "./changes.ts"
import { counterGaps } from "./counterGaps.ts"
import { coverage } from "./coverage.ts"
import { linkQuality } from "./linkQuality.ts"
import { losses } from "./losses.ts"
import { lqi } from "./lqi.ts"
import type { Question } from "./Question.ts"
import { quotas } from "./quotas.ts"
import { refusals } from "./refusals.ts"
import { stationsPerMessage } from "./stationsPerMessage.ts"
import { topTalkers } from "./topTalkers.ts"
import { uniqueCarriage } from "./uniqueCarriage.ts"

export const questions: ReadonlyArray<Question> = [
  linkQuality,
  lqi,
  stationsPerMessage,
  uniqueCarriage,
  coverage,
  losses,
  counterGaps,
  refusals,
  callbacks,
  attestation,
  availability,
  quotas,
  topTalkers,
  changes,
]

export const named = (name: string): Question | undefined =>
  questions.find((each) => each.name === name)
