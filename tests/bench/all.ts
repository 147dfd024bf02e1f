/** Every benchmark, in the order they are printed. */
import type { Bench } from "./Bench.ts"
import { bench as frameCheck } from "./frameCheck.ts"

export const all: ReadonlyArray<Bench> = [frameCheck]
