/**
 * What somebody may be allowed to do. A role is a set of these (`Role.ts`); a grant gives a role within a
 * scope (`Scope.ts`).
 */
import * as Schema from "effect/Schema"

export const Right = Schema.Literals([
  /** See things and their events. */
  "read",
  /** See what devices sent, in plain. */
  "read-payloads",
  /** Register, rekey, disengage and retire devices. */
  "write-devices",
  /** Register and retire customers, and say where their messages go; ask for a delivery again. */
  "write-customers",
  /** Say that what was kept for fetching has been fetched. */
  "fetch-messages",
  /** Enrol and retire stations, adopt their reference values, open data centres. */
  "write-stations",
  /** Adopt policies. */
  "write-policy",
  /** Block and unblock. */
  "block",
  /** Erase payloads for good. */
  "erase",
  /** Add and disable accounts, place groups, grant roles. */
  "manage-accounts",
  /** See accounts, grants and refusals. */
  "read-audit",
  /** Read what is counted (`/metrics`). */
  "read-metrics",
  "ingest-callbacks",
  "ingest-frames",
  "ingest-evidence",
  "ingest-infrastructure",
])
export type Right = typeof Right.Type
