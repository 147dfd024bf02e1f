/** `sigtwin role`: what accounts may see and do, on the whole twin or on a part of it. */
import { Argument, Command } from "effect/cli"
import { RoleId } from "../../core/event/access.ts"
import { account, common, pathOf, payloads, text } from "./accountFlags.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"

const role = Argument.Literals("ROLE", RoleId.literals).pipe(
  Argument.withDescription(
    "operator, auditor, DEVICE_MANAGER_R or _W, CUSTOMER_R or _W, OPT_…, INGEST_…",
  ),
)
const scope = {
  group: text("group", "Only on devices of this group and the groups below it"),
  deviceType: text("device-type", "Only on devices of this type"),
  customer: text("customer", "Only on this customer and its devices"),
}

const grant = Command.make("grant", { account, role, ...scope, payloads, ...common }, (given) =>
  sayDone(
    given,
    {
      path: pathOf(given.account, "/grants"),
      body: {
        role: given.role,
        payloads: given.payloads,
        ...said("group", given.group),
        ...said("deviceType", given.deviceType),
        ...said("customer", given.customer),
      },
    },
    `account ${given.account} has the role ${given.role}`,
  ),
).pipe(Command.withDescription("Give an account a role, on the whole twin or on a part of it"))

const revoke = Command.make("revoke", { account, role, ...scope, ...common }, (given) =>
  sayDone(
    given,
    {
      path: pathOf(given.account, "/revoke"),
      body: {
        role: given.role,
        ...said("group", given.group),
        ...said("deviceType", given.deviceType),
        ...said("customer", given.customer),
      },
    },
    `account ${given.account} no longer has the role ${given.role} there`,
  ),
).pipe(Command.withDescription("Take a role away, named by role and scope as it was given"))

export const roles = Command.make("role").pipe(
  Command.withDescription("Give roles and take them away"),
  Command.withSubcommands([grant, revoke]),
)
