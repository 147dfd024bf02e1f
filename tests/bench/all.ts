/** Every benchmark, in the order they are printed. */
import type { Bench } from "./Bench.ts"
import { bench as analytics } from "./analytics.ts"
import { bench as anomaly } from "./anomaly.ts"
import { bench as attest } from "./attest.ts"
import { bench as delivery } from "./delivery.ts"
import { bench as frameCheck } from "./frameCheck.ts"
import { bench as ingest } from "./ingest.ts"
import { bench as logAppend } from "./logAppend.ts"
import { bench as logAppendMany } from "./logAppendMany.ts"
import { bench as logScan } from "./logScan.ts"
import { bench as page } from "./page.ts"
import { bench as replay } from "./replay.ts"
import { bench as seek } from "./seek.ts"
import { bench as timeTravel } from "./timeTravel.ts"

export const all: ReadonlyArray<Bench> = [
  frameCheck,
  logAppend,
  logAppendMany,
  logScan,
  seek,
  replay,
  ingest,
  anomaly,
  attest,
  timeTravel,
  delivery,
  page,
  analytics,
]
