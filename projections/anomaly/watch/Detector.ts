/** What every detector of the unusual is: a file each in `detectors/`; `detectors/all.ts` names them all. */
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Kind, Moment } from "./Unusual.ts"
import type { Outlet, Thing, Watch } from "./Watched.ts"

export interface Judged {
  readonly watch: Watch
  /** The bin that was just closed. */
  readonly bin: number
  /** Its end. */
  readonly at: Moment
}

export interface Detector {
  readonly kind: Kind
  /** Looks at the network, a customer or a station when a bin of ten minutes is over. */
  readonly ofThing?: (thing: Thing, judged: Judged) => void
  /** The same of a destination. */
  readonly ofOutlet?: (outlet: Outlet, judged: Judged) => void
  /** Looks at an event: of deliveries and of stations' evidence alone. */
  readonly ofEvent?: (watch: Watch, recorded: Recorded, at: Moment) => void
}
