/** Every benchmark, in the order they are printed. */
import type { Bench } from "./Bench.ts"
import { bench as frameCheck } from "./frameCheck.ts"
import { bench as logAppend } from "./logAppend.ts"
import { bench as logScan } from "./logScan.ts"

export const all: ReadonlyArray<Bench> = [frameCheck, logAppend, logScan]
