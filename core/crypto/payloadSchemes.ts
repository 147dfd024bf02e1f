/** The payload schemes this build can read. A new one is added here and nowhere else. */
import * as ctrScheme from "./ctrScheme.ts"
import type { PayloadScheme } from "./PayloadScheme.ts"

export const payloadSchemes: ReadonlyArray<PayloadScheme> = [ctrScheme.scheme]
