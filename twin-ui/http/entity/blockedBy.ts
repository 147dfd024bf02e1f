/** A thing that the firewall blocks: that comes before all else there is to say of it. */
import type * as Firewall from "../../../projections/firewall/Firewall.ts"
import { at, count, fact, table, type Told } from "./facts.ts"

export const blockedBy = (block: Firewall.Block, told: Told): Told => ({
  title: told.title,
  status: "blocked",
  tone: "refused",
  summary: `Blocked by ${block.by} since ${at(block.sinceMs)}${block.untilMs === null ? "" : ` until ${at(block.untilMs)}`}${block.why === "" ? "" : `: ${block.why}`}. ${told.summary}`,
  because: block.at,
  tables: [
    ...table("Firewall", [
      fact("blocked by", block.by, { tone: "refused", position: block.at }),
      fact("why", block.why === "" ? "not said" : block.why),
      fact("since", at(block.sinceMs)),
      fact("until", block.untilMs === null ? "somebody lifts it" : at(block.untilMs)),
      fact("refused", count(block.refused, "message"), {
        position: block.lastRefused?.position,
      }),
    ]),
    ...told.tables,
  ],
})
