/**
 * Kinds of events by subject: the file here that declares them.
 *
 * A fold is about few subjects. It lists each kind of those, also the ones it leaves, and ends with
 * `default: return outside<...>(event)`, which names them: so a new kind of a subject fails to compile in each
 * fold about that subject, and in no other.
 */
import type * as access from "./access.ts"
import type * as alert from "./alert.ts"
import type * as attestation from "./attestation.ts"
import type * as decision from "./decision.ts"
import type * as delivery from "./delivery.ts"
import type * as downlink from "./downlink.ts"
import type * as endorsement from "./endorsement.ts"
import type * as erasure from "./erasure.ts"
import type { Event, Unknown } from "./Event.ts"
import type * as firewall from "./firewall.ts"
import type * as infrastructure from "./infrastructure.ts"
import type * as network from "./network.ts"
import type * as payloadScheme from "./payloadScheme.ts"
import type * as policy from "./policy.ts"
import type * as reception from "./reception.ts"
import type * as referenceValues from "./referenceValues.ts"
import type * as registration from "./registration.ts"
import type * as report from "./report.ts"
import type * as source from "./source.ts"

/** The kinds that a file declares: its schemas' types, where they are events. */
type DeclaredIn<File> = {
  readonly [Name in keyof File]: File[Name] extends {
    readonly Type: infer Value extends { readonly _tag: Event["_tag"] }
  }
    ? Value
    : never
}[keyof File]

interface BySubject {
  readonly access: DeclaredIn<typeof access>
  readonly alert: DeclaredIn<typeof alert>
  readonly attestation: DeclaredIn<typeof attestation>
  readonly decision: DeclaredIn<typeof decision>
  readonly delivery: DeclaredIn<typeof delivery>
  readonly downlink: DeclaredIn<typeof downlink>
  readonly endorsement: DeclaredIn<typeof endorsement>
  readonly erasure: DeclaredIn<typeof erasure>
  readonly firewall: DeclaredIn<typeof firewall>
  readonly infrastructure: DeclaredIn<typeof infrastructure>
  readonly network: DeclaredIn<typeof network>
  readonly payloadScheme: DeclaredIn<typeof payloadScheme>
  readonly policy: DeclaredIn<typeof policy>
  readonly reception: DeclaredIn<typeof reception>
  readonly referenceValues: DeclaredIn<typeof referenceValues>
  readonly registration: DeclaredIn<typeof registration>
  readonly report: DeclaredIn<typeof report>
  readonly source: DeclaredIn<typeof source>
  /** Kinds of a newer build. */
  readonly unknown: Unknown
}

/** Passes over an event of any other subject than these; the compiler refuses one of these that gets here. */
export const outside = <About extends keyof BySubject>(
  _event: Exclude<Event, BySubject[About]>,
): void => {}
