/**
 * Roles: the published profiles of a Sigfox backend (SIGFOX.md part 6), plus those of who runs the network.
 *
 * `DEVICE_MANAGER` sees and keeps devices, `CUSTOMER` also customers and where their messages go; `_R` reads, `_W` writes too;
 * `OPT_…` are given beside another. Payloads in plain are no role's own: a grant says whether it shows them.
 */
import type { RoleId } from "../event/access.ts"
import type { Right } from "./Right.ts"

const deviceManager: ReadonlyArray<Right> = ["read", "write-devices"]

/** All but the ingest routes, each of which has its own credentials. */
const operator: ReadonlyArray<Right> = [
  "read",
  "write-devices",
  "write-customers",
  "fetch-messages",
  "write-stations",
  "write-policy",
  "block",
  "erase",
  "manage-accounts",
  "read-audit",
  "read-metrics",
]

export const rightsOf = (role: RoleId): ReadonlyArray<Right> => {
  switch (role) {
    case "operator":
      return operator
    case "auditor":
      return ["read", "read-audit", "read-metrics"]
    case "DEVICE_MANAGER_R":
    case "CUSTOMER_R":
      return ["read"]
    case "DEVICE_MANAGER_W":
      return deviceManager
    case "CUSTOMER_W":
      return [...deviceManager, "write-customers", "fetch-messages"]
    case "OPT_BLOCK":
      return ["block"]
    case "OPT_ERASE":
      return ["erase"]
    case "OPT_FETCH":
      return ["read", "fetch-messages"]
    case "OPT_METRICS":
      return ["read-metrics"]
    case "INGEST_CALLBACKS":
      return ["ingest-callbacks"]
    case "INGEST_FRAMES":
      return ["ingest-frames"]
    case "INGEST_EVIDENCE":
      return ["ingest-evidence"]
    case "INGEST_INFRASTRUCTURE":
      return ["ingest-infrastructure"]
  }
}

/** Roles that say nothing about a part of the twin: given on all of it or not at all. */
export const isUnscoped = (role: RoleId): boolean =>
  role === "operator" || role === "auditor" || role === "OPT_METRICS" || role.startsWith("INGEST_")
