/**
 * The files of a CA for stations, as `sigtwin ca` makes them: its root and key, and the certificate of the
 * listener. Whoever has `ca.key` can be any station.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { issueServer, issueStation, makeRoot, type Pair } from "../../core/crypto/stationCa.ts"
import * as Problem from "./Problem.ts"
import type { StationCaShape } from "./StationCa.ts"

export const files = {
  root: "ca.pem",
  rootKey: "ca.key",
  server: "server.pem",
  serverKey: "server.key",
}

/** Undefined where there is none. */
export const readPair = (folder: string, certificate: string, key: string): Pair | undefined => {
  const [first, second] = [join(folder, certificate), join(folder, key)]
  return existsSync(first) && existsSync(second)
    ? { certificate: readFileSync(first, "utf8"), key: readFileSync(second, "utf8") }
    : undefined
}

const write = (folder: string, certificate: string, key: string, pair: Pair): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, certificate), pair.certificate)
  writeFileSync(join(folder, key), pair.key, { mode: 0o600 })
}

export const readRoot = (folder: string): Pair | undefined =>
  readPair(folder, files.root, files.rootKey)

export const init = (folder: string, name: string, nowMs: number): Effect.Effect<void> =>
  Effect.promise(async () => write(folder, files.root, files.rootKey, await makeRoot(name, nowMs)))

export const issueListener = (
  folder: string,
  root: Pair,
  names: ReadonlyArray<string>,
  nowMs: number,
): Effect.Effect<void> =>
  Effect.promise(async () =>
    write(folder, files.server, files.serverKey, await issueServer(root, names, nowMs)),
  )

/** Issues to whoever the server lets ask: after a credential was activated. */
export const stationCa = (root: Pair): StationCaShape => ({
  issue: ({ akName, atMs, csr, station }) =>
    Effect.flatMap(
      Effect.promise(() => issueStation(root, { csr, station, akName }, atMs)),
      (issued) =>
        issued === undefined
          ? Effect.fail(
              Problem.make("bad-request", "the certificate request does not prove its key", {
                where: "body.csr",
              }),
            )
          : Effect.succeed({ ...issued, ca: root.certificate }),
    ),
})
