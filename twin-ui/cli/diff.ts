/** `sigtwin diff`: what differs between two instants, two policies, or two logs. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Diff from "../../projections/time/diff.ts"
import * as Picture from "../../projections/time/picture.ts"
import { seek } from "../../projections/time/seek.ts"
import { changesLimitMax, DiffAnswer } from "../api/Diff.ts"
import { PoliciesAnswer } from "../http/apiRoutes.ts"
import { keptSnapshotsLayer, logLayer, parseLogAddress } from "../layers.ts"
import * as Asker from "./Asker.ts"
import { linesOf } from "./diffText.ts"
import * as Flags from "./flags.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const place = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("POSITION|INSTANT"),
    Flag.withDescription(description),
    Flag.optional,
  )

export const diff = Command.make(
  "diff",
  {
    from: place("from", "The one side: with this position in it, or at this instant"),
    to: place("to", "The other side; now when not given"),
    of: Flag.String("of").pipe(
      Flag.withDescription(`Only these, divided by commas: ${Picture.kinds.join(", ")}`),
      Flag.optional,
    ),
    policies: Flag.String("policies").pipe(
      Flag.withMetavar("A,B"),
      Flag.withDescription("Instead: what two versions of the policy differ in, as 0,1"),
      Flag.optional,
    ),
    other: Flag.String("other").pipe(
      Flag.withMetavar("URL"),
      Flag.withDescription("Instead: what another log's twin differs in, as sqlite:PATH"),
      Flag.optional,
    ),
    limit: Flags.limit(changesLimitMax, 50),
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.diff")(function* (given) {
    const json = Option.isSome(given.policies)
      ? yield* ofPolicies(given, given.policies.value)
      : Option.isSome(given.other)
        ? yield* ofLogs(given, given.other.value)
        : yield* ofInstants(given)
    if (given.json) return yield* Console.log(JSON.stringify(json))
    const { changes, total } = yield* Effect.orDie(decode(json))
    if (total === 0) return yield* Console.log("nothing differs")
    yield* Console.log(changes.flatMap(linesOf).join("\n"))
    if (total > changes.length)
      yield* Console.log(
        `${Words.number(total - changes.length)} more things: --limit ${Math.min(total, changesLimitMax)}${Option.isNone(given.of) ? `, or --of ${Picture.kinds[0]}` : ""}`,
      )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Say what differs between two instants, policies or logs"),
  Command.withDescription(
    "Say what differs between two instants of the twin, two versions of the policy, or two logs: what came (+), what went (-), and each field from what to what.",
  ),
)

interface Given {
  readonly from: Option.Option<string>
  readonly to: Option.Option<string>
  readonly of: Option.Option<string>
  readonly limit: number
  readonly clock: string
  readonly log: string
  readonly server: Option.Option<string>
}

const ofInstants = (given: Given) =>
  Effect.gen(function* () {
    if (Option.isNone(given.from))
      return yield* new WrongUse({
        detail: "say from when: --from POSITION|INSTANT (or --policies A,B, or --other LOG)",
      })
    const ask = yield* Asker.forReading(given)
    return yield* ask({
      path: "/api/diff",
      query: {
        from: given.from.value,
        to: Option.getOrUndefined(given.to),
        of: Option.getOrUndefined(given.of),
        clock: given.clock,
        limit: String(given.limit),
      },
    })
  })

const ofPolicies = (given: Given, versions: string) =>
  Effect.gen(function* () {
    const ask = yield* Asker.forReading(given)
    const { policies } = yield* Effect.orDie(decodePolicies(yield* ask({ path: "/api/policies" })))
    const sides = versions
      .split(",")
      .map((version) => policies.find((adopted) => String(adopted.version) === version.trim()))
    const [a, b] = sides
    if (sides.length !== 2 || a === undefined || b === undefined)
      return yield* new WrongUse({
        detail: `--policies ${versions}: give two versions there are, of ${policies.map(({ version }) => version).join(", ")}`,
      })
    const [before, after] = [a, b].map(
      ({ policy }) => new Map([["policy", Diff.flatten(policy)]]) as Diff.Picture,
    )
    return answerOf(a.position, b.position, Diff.between(before, after), given.limit)
  })

/** Both as they are now; with instants, each as of its own. */
const ofLogs = (given: Given, other: string) =>
  Effect.gen(function* () {
    if (Option.isSome(given.server))
      return yield* new WrongUse({
        detail: "--other compares logs that are opened here: leave --server out",
      })
    const wanted = Option.match(given.of, {
      onNone: () => Picture.kinds,
      onSome: (text) => Picture.kinds.filter((kind) => text.split(",").includes(kind)),
    })
    const sideOf = (log: string, at: Option.Option<string>) =>
      Effect.gen(function* () {
        if (Option.isSome(at) && !/^\d{1,15}$/.test(at.value))
          return yield* new WrongUse({ detail: "with --other, --from and --to are positions" })
        const address = yield* parseLogAddress(log)
        const layer = Layer.merge(
          Layer.fresh(logLayer(address, { readonly: true })),
          Layer.fresh(keptSnapshotsLayer(address)),
        )
        return yield* Effect.gen(function* () {
          const head = yield* (yield* EventLog).head
          const to = Option.isSome(at) ? Math.min(head, Number(at.value) + 1) : head
          return yield* seek(Picture.projectionsFor(wanted), to)
        }).pipe(Effect.provide(layer))
      })
    const a = yield* sideOf(given.log, given.from)
    const b = yield* sideOf(other, given.to)
    const found = Diff.between(Picture.pictureOf(a.states), Picture.pictureOf(b.states))
    return answerOf(a.position - 1, b.position - 1, found, given.limit)
  })

const answerOf = (from: number, to: number, found: Diff.Diff, limit: number) => ({
  from,
  to,
  total: found.length,
  changes: found.slice(0, limit),
})

const decode = Schema.decodeUnknownEffect(DiffAnswer)
const decodePolicies = Schema.decodeUnknownEffect(PoliciesAnswer)
