/** What the commands of accounts, roles, credentials and groups share. */
import { Argument, Flag } from "effect/cli"
import * as Flags from "./flags.ts"

export const common = { log: Flags.log, server: Flags.server, json: Flags.json }

export const asOf = { at: Flags.at, clock: Flags.clock }

export const account = Argument.String("ACCOUNT").pipe(
  Argument.withDescription("The account: letters, digits, dots, dashes and underscores"),
)

export const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

export const payloads = Flag.Boolean("payloads").pipe(
  Flag.withDescription("Payloads are seen in plain"),
  Flag.withDefault(false),
)

/** Of the API, below the account. */
export const pathOf = (id: string, rest: string): string =>
  `/api/accounts/${encodeURIComponent(id)}${rest}`
