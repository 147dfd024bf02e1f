/** `sigtwin log …`: the log itself: whether it is whole, proofs about it, copies of it. */
import { Command } from "effect/cli"
import { archive, backup, restore, upgrade } from "./copies.ts"
import { check, info } from "./inspect.ts"
import { checkpoint, consistency, key, prove, verifyProof } from "./proofs.ts"

export const log = Command.make("log").pipe(
  Command.withDescription(
    "The log itself: what it is and takes, whether it is whole, proofs about it, copies and old parts of it",
  ),
  Command.withSubcommands([
    info,
    check,
    checkpoint,
    key,
    prove,
    verifyProof,
    consistency,
    backup,
    restore,
    archive,
    upgrade,
  ]),
)
