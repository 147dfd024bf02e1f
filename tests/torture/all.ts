/** Every torture. */
import { torture as clock } from "./clock.ts"
import { torture as deliveries } from "./deliveries.ts"
import { torture as flip } from "./flip.ts"
import { torture as full } from "./full.ts"
import { torture as kill } from "./kill.ts"
import type { Torture } from "./Torture.ts"

export const all: ReadonlyArray<Torture> = [kill, flip, full, clock, deliveries]
