/**
 * A checkpoint, https://c2sp.org/tlog-checkpoint: how many leaves a log's tree has, and its root. As text, three lines:
 *
 * ```
 * sigtwin/5b1e…        origin: the log's id
 * 4711                 size: committed batches
 * 3dXq…=               root, base64
 * ```
 */
import * as Rejected from "../../kernel/Rejected.ts"
import * as Base64 from "./Base64.ts"
import type * as Merkle from "./Merkle.ts"
import * as Note from "./Note.ts"

export interface Checkpoint extends Merkle.Head {
  readonly origin: string
}

/** What a log is called in its checkpoints, and its key in their signatures. */
export const originOf = (logId: string): string => `sigtwin/${logId}`

export const toText = ({ origin, root, size }: Checkpoint): string =>
  `${origin}\n${size}\n${Base64.encode(root)}\n`

/** Reads the text of a note; extension lines, which others' may have, are passed over. */
export const fromText = (text: string): Checkpoint | Rejected.Rejected => {
  const [origin, size, encoded] = text.split("\n")
  const root = encoded === undefined ? undefined : Base64.decode(encoded)
  if (origin === "" || size === undefined || root?.length !== 32)
    return Rejected.make("checkpoint", "text", "not origin, size and root in three lines")
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    return Rejected.make("checkpoint", "line 2", `"${size}" is no size`)
  return { origin, size: Number(size), root }
}

/** The checkpoint in a note that the verifier signed for a log of its name; Rejected for any other. */
export const opened = (note: string, verifier: Note.Verifier): Checkpoint | Rejected.Rejected => {
  const text = Note.opened(note, verifier)
  if (Rejected.is(text)) return text
  const checkpoint = fromText(text)
  if (!Rejected.is(checkpoint) && checkpoint.origin !== verifier.name)
    return Rejected.make("checkpoint", "line 1", `of ${checkpoint.origin}, not ${verifier.name}`)
  return checkpoint
}
