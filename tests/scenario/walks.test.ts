/**
 * The ten written walks of `docs/incidents`: each command is run, what it prints is what is written, and the first cause it
 * comes to is the one that the simulator recorded. `SIGTWIN_WRITE_WALKS=1` writes the documents anew.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Truth } from "../../core/sim/adversary/Adversary.ts"
import { IncidentsAnswer, type IncidentLine } from "../../twin-ui/api/Incidents.ts"
import { folder as freshFolder } from "../twin-ui/cli/runSigtwin.ts"
import { folder, type Played, play, withoutTimes } from "./walk.ts"

const isWriting = process.env["SIGTWIN_WRITE_WALKS"] === "1"

/** What is told of each truth, and which line of `incidents` must tell it. */
const isItsLine: Readonly<Record<string, (line: IncidentLine, truth: Truth) => boolean>> = {
  "01-replay-after-wrap.md": ({ devices, label }, { device }) =>
    devices.includes(device ?? "") && label.startsWith("replay after a counter wrap"),
  "02-clone.md": ({ devices, label }, { device }) =>
    devices.includes(device ?? "") && label.startsWith("cloned device"),
  "03-desync.md": ({ devices, label }, { device }) =>
    devices.includes(device ?? "") && label.startsWith("counter pushed ahead"),
  "04-tampered-station.md": ({ cause, stations }, { station }) =>
    stations.includes(station ?? "") && cause?.kind === "StationTrustLost",
  "05-station-outage.md": ({ label, stations }, { station }) =>
    stations.includes(station ?? "") && label.startsWith("kept by the station"),
  "06-callback-outage.md": ({ cause, customers }, { customer }) =>
    customers.includes(customer ?? "") && cause?.kind === "DeliveryFailed",
  "07-jamming.md": ({ label }, { note }) =>
    label.startsWith("jamming") && note.includes(label.split(" · ")[1]),
  "08-mac-guessing.md": ({ devices, label }, { device }) =>
    devices.includes(device ?? "") && label.startsWith("MAC guessing"),
  "09-wrong-policy.md": ({ cause }) => cause?.kind === "PolicyAdopted",
  "10-surge.md": ({ label }) => label.startsWith("unregistered devices"),
}

const decodeIncidents = Schema.decodeUnknownSync(Schema.fromJsonString(IncidentsAnswer))

const hourMs = 3_600_000

/** By when a cause must show: a city's silence does when its devices come back. */
const shownByMs = ({ atMs, kind, untilMs }: Truth): number =>
  (kind === "jamming" ? (untilMs ?? atMs) : atMs) + hourMs

/** The first cause in the twin's eyes must be what the simulator did, and when. */
const assertCause = (played: Played, truths: ReadonlyArray<Truth>) =>
  Effect.gen(function* () {
    assert.isAbove(truths.length, 0)
    const { incidents } = decodeIncidents((yield* played.ask("incidents", "--json")).out)
    for (const truth of truths) {
      const line = incidents.find((candidate) => isItsLine[played.name](candidate, truth))
      assert.isDefined(line, `${played.name}: no incident tells of ${truth.note}`)
      const cause = line.cause?.occurredMs ?? line.start.ms
      assert.isAtLeast(cause, truth.atMs - 1_000)
      assert.isAtMost(cause, shownByMs(truth))
      if (truth.seq !== undefined && truth.kind === "replay-after-wrap")
        assert.include(line.cause?.detail, `${truth.seq}/`)
    }
  })

const truthsIn = (file: string): ReadonlyArray<Truth> =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    // The simulator's own lines.
    .map((line) => JSON.parse(line) as Truth)

describe("the written walks", () => {
  const walks = readdirSync(folder).filter((name) => /^\d\d-.*\.md$/.test(name))

  it("are ten, and each has a truth to be checked against", () => {
    assert.deepStrictEqual(walks.toSorted(), Object.keys(isItsLine))
  })

  for (const name of walks)
    it.live(
      `${name} prints what it says and comes to the first cause`,
      () =>
        Effect.gen(function* () {
          const scratch = yield* freshFolder
          const played = yield* play(name, scratch)
          assert.isAbove(played.commands.length, 3)
          assert.deepStrictEqual(new Set(played.codes), new Set([0]))
          if (isWriting) writeFileSync(join(folder, name), played.real)
          else assert.strictEqual(withoutTimes(played.written), played.real)
          yield* assertCause(played, truthsIn(join(scratch, "walk.truth")))
        }),
      120_000,
    )
})
