/** The parts of a rule whose state is one bounded map: what was noted of devices or stations, the oldest makes room. */
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import type { Json } from "../Projection.ts"
import type { Rule } from "./Rule.ts"

export type Memory<Note> = FifoMap.FifoMap<Note>

/** Notes are immutable and plain, so that they are written as they are. */
export const remembers = <Note extends Json>(
  max: number,
): Pick<Rule<Memory<Note>>, "initial" | "copy" | "encode" | "decode"> => ({
  initial: () => FifoMap.make(max),
  copy: FifoMap.copy,
  encode: (memory) => FifoMap.pairsOldestFirst<Note>(memory),
  decode: (json) => {
    const memory = FifoMap.make<Note>(max)
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    for (const [key, note] of json as unknown as ReadonlyArray<readonly [string, Note]>)
      FifoMap.set(memory, key, note)
    return memory
  },
})
