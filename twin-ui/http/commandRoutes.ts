/**
 * What changes the twin over HTTP: commands, decided like those of the command line.
 *
 * 201 says that it is so now, 200 that it was so already; either names the positions of its events. Keys go
 * in and never come out.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Command, RadioKey } from "../../core/decide/Command.ts"
import type { Position } from "../../core/event/Envelope.ts"
import { parseDeviceId, parseStationId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { invariant } from "../../core/kernel/invariant.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Parameter from "./Parameter.ts"
import type * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"

export const CommandAnswer = Schema.Struct({
  /** Positions of the events that came of it; none when it was so already. */
  positions: Schema.Array(Schema.Int),
  /** Where what it is about can be read. */
  subject: Schema.String,
})

type Tag = Command["_tag"]

/** One command as a route: members of the path stand in for members of the body. */
interface Ask {
  readonly tag: Tag
  readonly method?: "POST" | "DELETE"
  readonly path: `/${string}`
  readonly summary: string
  readonly description?: string
  /** Member of the command by the name of its path parameter. */
  readonly fromPath?: Readonly<Record<string, string>>
  /** Path of what it is about, from the members of the command. */
  readonly subject: (members: Readonly<Record<string, unknown>>) => string
}

const deviceSubject = (members: Readonly<Record<string, unknown>>): string =>
  `/api/devices/${String(members["device"])}`
const stationSubject = (members: Readonly<Record<string, unknown>>): string =>
  `/api/stations/${String(members["station"])}`
const customerSubject = (members: Readonly<Record<string, unknown>>): string =>
  `/api/customers/${String(members["customer"])}`

const asks: ReadonlyArray<Ask> = [
  {
    tag: "RegisterDevice",
    path: "/api/devices",
    summary: "Register a device, with or without its radio key",
    subject: deviceSubject,
  },
  {
    tag: "ReplaceDeviceKey",
    path: "/api/devices/:id/key",
    summary: "Replace a device's radio key",
    description: "Messages before it are still checked under the key of their time.",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "RetireDevice",
    path: "/api/devices/:id/retire",
    summary: "Retire a device",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "DisengageCounter",
    path: "/api/devices/:id/disengage",
    summary: "Skip a device's counter check once",
    description: "The next number becomes the reference.",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "EnrolStation",
    path: "/api/stations",
    summary: "Enrol a station",
    subject: stationSubject,
  },
  {
    tag: "AdoptReferenceValues",
    path: "/api/stations/:id/reference",
    summary: "Adopt the configuration digest that a station's receptions must carry",
    fromPath: { id: "station" },
    subject: stationSubject,
  },
  {
    tag: "RetireStation",
    path: "/api/stations/:id/retire",
    summary: "Retire a station",
    fromPath: { id: "station" },
    subject: stationSubject,
  },
  {
    tag: "RegisterCustomer",
    path: "/api/customers",
    summary: "Register a customer",
    subject: customerSubject,
  },
  {
    tag: "RetireCustomer",
    path: "/api/customers/:id/retire",
    summary: "Retire a customer",
    fromPath: { id: "customer" },
    subject: customerSubject,
  },
  {
    tag: "AddDestination",
    path: "/api/customers/:id/destinations",
    summary: "Add a destination for a customer's messages",
    fromPath: { id: "customer" },
    subject: customerSubject,
  },
  {
    tag: "RemoveDestination",
    method: "DELETE",
    path: "/api/customers/:id/destinations/:destination",
    summary: "Remove a customer's destination",
    fromPath: { id: "customer", destination: "destination" },
    subject: customerSubject,
  },
  {
    tag: "AdoptPolicy",
    path: "/api/policies",
    summary: "Adopt a policy",
    description: "From here on messages are decided on under it.",
    subject: () => "/api/policies",
  },
]

/** How long an answer waits for the twin to show what was done. */
const shownMs = 1_000

export const make = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const twin = yield* Twin
  const execute = Effect.fn("commands.execute")(function* (command: Command) {
    const positions = yield* pipeline.execute(command)
    // Whoever reads next sees it; if the twin is behind, it is done all the same.
    const last = positions.at(-1) ?? -1
    yield* Effect.ignore(Effect.timeoutOption(twin.reached(last + 1), shownMs))
    return positions
  })
  return asks.map((ask) => routeOf(ask, execute))
})

type Execute = (command: Command) => Effect.Effect<ReadonlyArray<Position>, Problem.Failure>

const routeOf = (ask: Ask, execute: Execute): Route.Route => {
  const fromPath = ask.fromPath ?? {}
  const about = {
    method: ask.method ?? "POST",
    path: ask.path,
    operation: `${ask.tag.charAt(0).toLowerCase()}${ask.tag.slice(1)}`,
    tag: "commands",
    access: "command",
    summary: ask.summary,
    ...(ask.description === undefined ? {} : { description: ask.description }),
    params: Object.fromEntries(
      Object.keys(fromPath).map((name) => [name, parameterOf(name, fromPath)]),
    ),
    answers: {
      200: {
        description: "It was so already.",
        contentType: "application/json",
        schema: CommandAnswer,
      },
      201: { description: "It is so now.", contentType: "application/json", schema: CommandAnswer },
    },
    problems: ["bad-request", "not-there", "conflict", "log-unavailable"],
  } as const
  const run = (
    params: Readonly<Record<string, unknown>>,
    members: Readonly<Record<string, unknown>>,
  ) =>
    Effect.gen(function* () {
      const named = Object.entries(fromPath).map(([name, member]) => [member, params[name]])
      const command = canonical({ ...members, ...Object.fromEntries(named) })
      // The members were decoded by the command's own schemas, but for those of the path, which
      // their parameters read in the form of the ids.
      const positions = yield* execute({ ...command, _tag: ask.tag } as Command)
      const subject = ask.subject(command)
      return Route.answer(
        CommandAnswer,
        { positions, subject },
        positions.length === 0 ? { status: 200 } : { status: 201, headers: { location: subject } },
      )
    })
  const schema = bodySchemaOf(ask.tag, Object.values(fromPath))
  // A command whose every member stands in its path needs no body.
  return schema === undefined
    ? Route.make({ ...about, handle: ({ params }) => run(params, {}) })
    : Route.withJson({
        ...about,
        problems: [...about.problems, "too-large", "wrong-media-type"],
        schema,
        bodyDescription: "The command's members.",
        handle: ({ params, body }) => run(params, body),
      })
}

/** The command's members that are not in its path; undefined when there are none. */
const bodySchemaOf = (
  tag: Tag,
  inPath: ReadonlyArray<string>,
): Schema.Codec<Readonly<Record<string, unknown>>, unknown> | undefined => {
  const schema = Command.members.find(({ fields }) => fields._tag.schema.literal === tag)
  invariant(schema !== undefined, `there is a command ${tag}`)
  const members = Object.entries(schema.fields)
    .filter(([name]) => name !== "_tag" && !inPath.includes(name))
    .map(([name, member]) => [name, name === "key" ? keyAsText(member) : member])
  if (members.length === 0) return undefined
  // Its members are the command's own, all of them codecs without services; by name their types are lost.
  return Schema.Struct(Object.fromEntries(members)) as unknown as Schema.Codec<
    Readonly<Record<string, unknown>>,
    unknown
  >
}

/** A radio key comes in as text and is hidden from there on; it is needed where the command needs it. */
const keyAsText = (member: unknown) => {
  const text = Schema.RedactedFromValue(RadioKey.value)
  return member === RadioKey ? text : Schema.optionalKey(text)
}

/** Device and station ids in the one form the twin keeps them in. */
const canonical = (
  members: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const { device, station } = members
  return {
    ...members,
    ...(typeof device === "string" ? { device: parseDeviceId(device) } : {}),
    ...(typeof station === "string" ? { station: parseStationId(station) } : {}),
  }
}

const parameterOf = (
  name: string,
  fromPath: Readonly<Record<string, string>>,
): Parameter.Parameter<string> => {
  switch (fromPath[name]) {
    case "device":
      return Parameter.device
    case "station":
      return Parameter.station
    default:
      return Parameter.id(`Id of the ${fromPath[name]}.`)
  }
}
