/** Accounts, grants, credentials and groups as they are, or were. */
import * as Access from "../../core/access/Access.ts"
import { type Json, type Projection, sortedPairs } from "../Projection.ts"

export type State = Access.State

export const projection: Projection<State> = {
  name: "access",
  version: 1,
  passesReceptions: true,
  initial: Access.make,
  apply: Access.apply,
  copy: Access.copy,
  encode: ({ accounts, groups }) => ({
    accounts: sortedPairs(accounts).map(([, account]) => account),
    groups: sortedPairs(groups).map(([id, group]) => [id, { ...group }] as const),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as {
      readonly accounts: ReadonlyArray<Access.Account>
      readonly groups: ReadonlyArray<
        readonly [string, { readonly parent?: string; readonly name?: string }]
      >
    }
    return {
      accounts: new Map(from.accounts.map((account) => [account.account, account])),
      groups: new Map(from.groups),
    }
  },
}
