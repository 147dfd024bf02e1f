/** The attestation vectors, and what their records refer to. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as AttestRecord from "../../../core/attestation/AttestRecord.ts"
import type { Book } from "../../../core/attestation/checkRecord.ts"
import { anchorsOf } from "../../../core/crypto/endorsementCertificate.ts"
import { invariantBroken } from "../../../core/kernel/invariant.ts"

const folder = join(import.meta.dirname, "../../vectors/tpm")

export const linesOf = (file: string): ReadonlyArray<string> =>
  readFileSync(join(folder, file), "utf8").split("\n").filter(Boolean)

const readAll = <A>(file: string, schema: Parameters<typeof AttestRecord.parseAs<A>>[0]) =>
  linesOf(file).map((line) => {
    const record = AttestRecord.parseAs(schema)(line)
    return typeof record === "string" ? invariantBroken(`${file}: ${record}`) : record
  })

const byId = <A>(records: ReadonlyArray<A>, idOf: (record: A) => string): ReadonlyMap<string, A> =>
  new Map(records.map((record) => [idOf(record), record]))

export const book: Book = {
  stations: byId(readAll("stations.jsonl", AttestRecord.Station), ({ station }) => station),
  boots: byId(readAll("boots.jsonl", AttestRecord.Boot), ({ id }) => id),
  policies: byId(readAll("policies.jsonl", AttestRecord.Policy), ({ id }) => id),
  anchors: anchorsOf(
    readdirSync(join(folder, "ca")).map((file) => readFileSync(join(folder, "ca", file), "utf8")),
  ),
}
