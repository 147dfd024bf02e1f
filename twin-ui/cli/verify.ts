/** `sigtwin verify`: is the log whole, and does every way to a state lead to the same one. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Command } from "effect/cli"
import { EventLog, type Integrity } from "../../core/log/EventLog.ts"
import { all } from "../../projections/all.ts"
import { type ProjectionVerified, verifyProjection } from "../../projections/run/verify.ts"
import { keptSnapshotsLayer, parseLogAddress, readerLayer } from "../layers.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import * as Progress from "./Progress.ts"
import * as Words from "./Words.ts"

export const verify = Command.make(
  "verify",
  { log: Flags.log, json: Flags.json },
  Effect.fn("cli.verify")(function* (given) {
    const address = yield* parseLogAddress(given.log)
    const { integrity, projections, url } = yield* check(given.json).pipe(
      Effect.provide(Layer.mergeAll(readerLayer(address), keptSnapshotsLayer(address))),
    )
    const bad = projections.filter((projection) => !isGood(projection)).length
    const isWhole = integrity.damage.length === 0
    yield* Console.log(
      given.json
        ? JSON.stringify({ good: isWhole && bad === 0, url, log: integrity, projections })
        : [
            `${url}: ${logText(integrity)}`,
            ...(projections.length === 0 ? [] : ["", projectionTable(projections)]),
            ...projections.flatMap(faults),
          ].join("\n"),
    )
    if (!isWhole)
      return yield* new ProblemsFound({
        summary: "the log is damaged, so nothing was folded from it",
      })
    if (bad > 0)
      return yield* new ProblemsFound({
        summary: `${bad} of ${projections.length} projections do not agree`,
      })
  }),
).pipe(
  Command.withShortDescription("Check the log's checksums and that all folds agree"),
  Command.withDescription(
    "Check every checksum of the log, then fold every projection from the beginning and from snapshots, and compare the digests. Changes nothing; works beside whoever writes the log.",
  ),
)

/** A damaged log is not folded: what would come of it says nothing. */
const check = (quiet: boolean) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const progress = yield* Progress.make({
      label: "checksums",
      total: all.length,
      items: "projections",
      quiet,
    })
    progress.report(0, 0)
    const integrity = yield* log.verify
    const projections: Array<ProjectionVerified> = []
    if (integrity.damage.length === 0)
      for (const packed of all) {
        projections.push(yield* verifyProjection(packed))
        progress.report(projections.length, projections.length)
        // The folds are one long computation each: an interrupt is seen between them.
        yield* Effect.yieldNow
      }
    return { integrity, projections, url: log.info.url }
  }).pipe(Effect.scoped)

const isGood = ({ disagreements, stop }: ProjectionVerified): boolean =>
  disagreements.length === 0 && stop === undefined

const logText = ({ batches, damage, events }: Integrity): string =>
  damage.length === 0
    ? `${Words.count(events, "event")} in ${Words.count(batches, "batch", "batches")}, all checksums hold`
    : [
        `damaged in ${Words.count(damage.length, "place")}`,
        ...damage.map(({ position, what }) => `  position ${position}: ${what}`),
      ].join("\n")

const projectionTable = (projections: ReadonlyArray<ProjectionVerified>): string =>
  formatTable(
    ["projection", "version", "snapshots", "agrees", "digest"],
    projections.map((one) => [
      one.projection,
      String(one.version),
      String(one.snapshots),
      isGood(one) ? "yes" : "NO",
      one.digest.slice(0, 16),
    ]),
    new Set(["version", "snapshots"]),
  )

const faults = ({ disagreements, projection, stop }: ProjectionVerified): ReadonlyArray<string> => [
  ...disagreements.map(
    ({ actual, expected, position, what }) =>
      `${projection}: the ${what} at ${position} gives ${actual.slice(0, 16)}, the fold from the beginning ${expected.slice(0, 16)}`,
  ),
  ...(stop === undefined
    ? []
    : [`${projection}: stopped at position ${stop.position} (${stop.kind}): ${stop.detail}`]),
]
