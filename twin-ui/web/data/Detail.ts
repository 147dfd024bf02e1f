/** What is known of the selected thing. */
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import type { EntityState } from "../../api/EntityState.ts"
import type { EventAnswer } from "../../api/Events.ts"
import type { FindingsAnswer } from "../../api/Findings.ts"
import type { Selection } from "./Address.ts"
import type { Asked } from "./ask.ts"

export type Detail =
  | { readonly _tag: "none" }
  /** Nothing is selected: what was worth reading before the picture began. */
  | { readonly _tag: "earlier"; readonly rows: ReadonlyArray<EventRow> }
  | { readonly _tag: "asking"; readonly selection: Selection }
  | { readonly _tag: "entity"; readonly selection: Selection; readonly asked: Asked<EntityState> }
  | {
      readonly _tag: "findings"
      readonly selection: Selection
      readonly asked: Asked<FindingsAnswer>
    }
  | { readonly _tag: "event"; readonly selection: Selection; readonly asked: Asked<EventAnswer> }
