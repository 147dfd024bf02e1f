/** Every detector of anomalies, in the order in which they are told. */
import { pack, type Packed } from "../Rule.ts"
import { rule as clone } from "./clone.ts"
import { rule as counterWrap } from "./counterWrap.ts"
import { rule as desync } from "./desync.ts"
import { rule as downlinkJamming } from "./downlinkJamming.ts"
import { rule as downlinkUnconfirmed } from "./downlinkUnconfirmed.ts"
import { rule as duplicate } from "./duplicate.ts"
import { rule as fabricatedRepeat } from "./fabricatedRepeat.ts"
import { rule as jamming } from "./jamming.ts"
import { rule as lateBuffer } from "./lateBuffer.ts"
import { rule as macGuessing } from "./macGuessing.ts"
import { rule as massiveCloning } from "./massiveCloning.ts"
import { rule as reflash } from "./reflash.ts"
import { rule as replay } from "./replay.ts"
import { rule as replayAfterWrap } from "./replayAfterWrap.ts"
import { rule as retransmission } from "./retransmission.ts"
import { rule as strangers } from "./strangers.ts"
import { rule as typeRelabelling } from "./typeRelabelling.ts"
import { rule as wrapPadding } from "./wrapPadding.ts"

export const rules: ReadonlyArray<Packed> = [
  pack(duplicate),
  pack(lateBuffer),
  pack(strangers),
  pack(macGuessing),
  pack(fabricatedRepeat),
  pack(wrapPadding),
  pack(typeRelabelling),
  pack(counterWrap),
  // These say what reflash and desync look for.
  pack(replayAfterWrap),
  pack(clone),
  pack(massiveCloning),
  pack(replay),
  pack(retransmission),
  pack(reflash),
  pack(desync),
  pack(jamming),
  pack(downlinkJamming),
  pack(downlinkUnconfirmed),
]
