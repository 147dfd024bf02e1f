/**
 * What changes the twin over HTTP: commands, decided like those of the command line.
 *
 * 201 says that it is so now, 200 that it was so already; either names the positions of its events. Keys go
 * in and never come out.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Right } from "../../core/access/Right.ts"
import {
  Command,
  DestinationSecrets,
  DownlinkPayload,
  RadioKey,
  SourceCredentials,
} from "../../core/decide/Command.ts"
import type { Position } from "../../core/event/Envelope.ts"
import { parseDeviceId, parseStationId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { invariant } from "../../core/kernel/invariant.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as DeliveryRoutes from "./deliveryRoutes.ts"
import * as Parameter from "./Parameter.ts"
import type * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

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
  /** What who gives it must be allowed to do, and on what. */
  readonly right: Right
  readonly on: (members: Readonly<Record<string, unknown>>) => Viewer.Thing
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

/** A device as it would be registered; one that is known must be theirs as it is, too. */
const registering = (members: Readonly<Record<string, unknown>>): Viewer.Thing => ({
  registering: {
    customer: textOf(members["customer"]),
    group: textOf(members["group"]),
    deviceType: textOf(members["deviceType"]),
  },
})
const onDevice = (members: Readonly<Record<string, unknown>>): Viewer.Thing => ({
  device: String(members["device"]),
})
const onCustomer = (members: Readonly<Record<string, unknown>>): Viewer.Thing => ({
  customer: String(members["customer"]),
})
const onNetwork = (): Viewer.Thing => "network"
const onBlocked = (members: Readonly<Record<string, unknown>>): Viewer.Thing => {
  const { customer, device, station } = members
  if (typeof station === "string") return { station }
  if (typeof device === "string") return { device }
  return typeof customer === "string" ? { customer } : "network"
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined

const accountSubject = (members: Readonly<Record<string, unknown>>): string =>
  `/api/accounts/${String(members["account"])}`

const asks: ReadonlyArray<Ask> = [
  {
    tag: "RegisterDevice",
    right: "write-devices",
    on: registering,
    path: "/api/devices",
    summary: "Register a device, with or without its radio key",
    subject: deviceSubject,
  },
  {
    tag: "ReplaceDeviceKey",
    right: "write-devices",
    on: onDevice,
    path: "/api/devices/:id/key",
    summary: "Replace a device's radio key",
    description: "Messages before it are still checked under the key of their time.",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "SetDownlinkDefault",
    right: "write-devices",
    on: onDevice,
    path: "/api/devices/:id/downlink-default",
    summary: "Set what a device that asks is told where its customer does not answer",
    description: "Eight bytes as `payload`; without it there is no default from here on.",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "AdoptPayloadScheme",
    right: "write-devices",
    on: onDevice,
    path: "/api/devices/:id/payload-scheme",
    summary: "Say how a device encrypts its payloads from here on",
    description:
      "`scheme`, its `key`, and the device's `rolloverCounter` at present; without scheme and key it encrypts no longer.",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "RetireDevice",
    right: "write-devices",
    on: onDevice,
    path: "/api/devices/:id/retire",
    summary: "Retire a device",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "DisengageCounter",
    right: "write-devices",
    on: onDevice,
    path: "/api/devices/:id/disengage",
    summary: "Skip a device's counter check once",
    description: "The next number becomes the reference.",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "ErasePayloads",
    right: "erase",
    on: onDevice,
    path: "/api/devices/:id/erase",
    summary: "Destroy the key that a device's payloads are sealed under",
    description:
      "Nobody can read its payloads from here back. Its events stay, and every proof of the log holds.",
    fromPath: { id: "device" },
    subject: deviceSubject,
  },
  {
    tag: "EnrolStation",
    right: "write-stations",
    on: onNetwork,
    path: "/api/stations",
    summary: "Enrol a station",
    subject: stationSubject,
  },
  {
    tag: "AdoptReferenceValues",
    right: "write-stations",
    on: onNetwork,
    path: "/api/stations/:id/reference",
    summary: "Adopt the configuration digest that a station's receptions must carry",
    fromPath: { id: "station" },
    subject: stationSubject,
  },
  {
    tag: "PinEndorsementKey",
    right: "write-stations",
    on: onNetwork,
    path: "/api/stations/:id/pin",
    summary: "Pin the endorsement key that a station's TPM must have",
    description:
      "From here on no other TPM can enrol as this station, and this one needs no certificate.",
    fromPath: { id: "station" },
    subject: stationSubject,
  },
  {
    tag: "TrustEndorsementRoot",
    right: "write-stations",
    on: onNetwork,
    path: "/api/endorsements/roots",
    summary: "Trust a certificate that endorsement keys' certificates lead to",
    subject: () => "/api/endorsements",
  },
  {
    tag: "DistrustEndorsementRoot",
    right: "write-stations",
    on: onNetwork,
    method: "DELETE",
    path: "/api/endorsements/roots/:fingerprint",
    summary: "Trust an endorsement root no more",
    fromPath: { fingerprint: "fingerprint" },
    subject: () => "/api/endorsements",
  },
  {
    tag: "PublishReferenceValues",
    right: "write-stations",
    on: onNetwork,
    path: "/api/endorsements/references",
    summary: "Publish reference values for some stations, or for all",
    subject: () => "/api/endorsements",
  },
  {
    tag: "SupersedeReferenceValues",
    right: "write-stations",
    on: onNetwork,
    path: "/api/endorsements/superseded",
    summary: "Supersede reference values: evidence that shows them is refused from here on",
    subject: () => "/api/endorsements",
  },
  {
    tag: "RetireStation",
    right: "write-stations",
    on: onNetwork,
    path: "/api/stations/:id/retire",
    summary: "Retire a station",
    fromPath: { id: "station" },
    subject: stationSubject,
  },
  {
    tag: "RegisterCustomer",
    right: "write-customers",
    on: onNetwork,
    path: "/api/customers",
    summary: "Register a customer",
    subject: customerSubject,
  },
  {
    tag: "RetireCustomer",
    right: "write-customers",
    on: onNetwork,
    path: "/api/customers/:id/retire",
    summary: "Retire a customer",
    fromPath: { id: "customer" },
    subject: customerSubject,
  },
  {
    tag: "AddDestination",
    right: "write-customers",
    on: onCustomer,
    path: "/api/customers/:id/destinations",
    summary: "Add a destination for a customer's messages",
    fromPath: { id: "customer" },
    subject: customerSubject,
  },
  {
    tag: "RemoveDestination",
    right: "write-customers",
    on: onCustomer,
    method: "DELETE",
    path: "/api/customers/:id/destinations/:destination",
    summary: "Remove a customer's destination",
    fromPath: { id: "customer", destination: "destination" },
    subject: customerSubject,
  },
  {
    tag: "AddCorePart",
    right: "write-stations",
    on: onNetwork,
    path: "/api/core/parts",
    summary: "Add a part of the core, or say what it is joined to",
    subject: () => "/api/core",
  },
  {
    tag: "RemoveCorePart",
    right: "write-stations",
    on: onNetwork,
    method: "DELETE",
    path: "/api/core/parts/:id",
    summary: "Remove a part of the core",
    fromPath: { id: "part" },
    subject: () => "/api/core",
  },
  {
    tag: "DeclareCoreService",
    right: "write-stations",
    on: onNetwork,
    path: "/api/core/services",
    summary: "Declare what must lead from where to where; ended by no ends",
    subject: () => "/api/core",
  },
  {
    tag: "AddSource",
    right: "write-customers",
    on: onNetwork,
    path: "/api/sources",
    summary: "Poll a network's API, or change how",
    subject: () => "/api/events?kind=SourcePolled",
  },
  {
    tag: "RemoveSource",
    right: "write-customers",
    on: onNetwork,
    method: "DELETE",
    path: "/api/sources/:id",
    summary: "Poll a network's API no more",
    fromPath: { id: "source" },
    subject: () => "/api/events?kind=SourcePolled",
  },
  {
    tag: "AdoptPolicy",
    right: "write-policy",
    on: onNetwork,
    path: "/api/policies",
    summary: "Adopt a policy",
    description: "From here on messages are decided on under it.",
    subject: () => "/api/policies",
  },
  {
    tag: "AddAlertTarget",
    right: "write-policy",
    on: onNetwork,
    path: "/api/alerts/targets",
    summary: "Add somebody to alert, or change how",
    description:
      "`url` is https or mailto. Each anomaly is told once when it opens and once when it clears.",
    subject: () => "/api/alerts",
  },
  {
    tag: "RemoveAlertTarget",
    right: "write-policy",
    on: onNetwork,
    method: "DELETE",
    path: "/api/alerts/targets/:target",
    summary: "Alert a target no more",
    fromPath: { target: "target" },
    subject: () => "/api/alerts",
  },
  {
    tag: "BlockTraffic",
    right: "block",
    on: onBlocked,
    path: "/api/firewall/blocks",
    summary: "Block a station, a device, a customer or a group",
    description:
      "Its traffic is recorded as before, and its messages are refused as `blocked`. Ask `GET /api/firewall/dry-run` first.",
    subject: () => "/api/firewall",
  },
  {
    tag: "UnblockTraffic",
    right: "block",
    on: onBlocked,
    path: "/api/firewall/unblock",
    summary: "Lift a block",
    subject: () => "/api/firewall",
  },
  {
    tag: "SetRetention",
    right: "erase",
    on: onBlocked,
    path: "/api/retention",
    summary: "Say for how long payloads of a customer's or group's devices are kept",
    description:
      "For good where `days` is absent. A running server destroys the keys of older ones.",
    subject: () => "/api/retention",
  },
  {
    tag: "PlaceGroup",
    right: "manage-accounts",
    on: onNetwork,
    path: "/api/groups",
    summary: "Place a group of devices below another, or at the top",
    subject: () => "/api/groups",
  },
  {
    tag: "DisableAccount",
    right: "manage-accounts",
    on: onNetwork,
    path: "/api/accounts/:id/disable",
    summary: "Disable an account: its sessions end and its credentials stop working",
    fromPath: { id: "account" },
    subject: accountSubject,
  },
  {
    tag: "EnableAccount",
    right: "manage-accounts",
    on: onNetwork,
    path: "/api/accounts/:id/enable",
    summary: "Enable an account again",
    fromPath: { id: "account" },
    subject: accountSubject,
  },
  {
    tag: "GrantRole",
    right: "manage-accounts",
    on: onNetwork,
    path: "/api/accounts/:id/grants",
    summary: "Give an account a role, on the whole twin or on a part of it",
    description:
      "`group`, `deviceType` and `customer` narrow it: all that are given must fit. `payloads` says whether payloads are seen in plain.",
    fromPath: { id: "account" },
    subject: accountSubject,
  },
  {
    tag: "RevokeRole",
    right: "manage-accounts",
    on: onNetwork,
    path: "/api/accounts/:id/revoke",
    summary: "Take a role away, named by its role and scope",
    fromPath: { id: "account" },
    subject: accountSubject,
  },
  {
    tag: "RevokeCredential",
    right: "manage-accounts",
    on: onNetwork,
    method: "DELETE",
    path: "/api/accounts/:id/credentials/:credential",
    summary: "Revoke a credential",
    fromPath: { id: "account", credential: "credential" },
    subject: accountSubject,
  },
]

/** How long an answer waits for the twin to show what was done. */
const shownMs = 1_000

/** Carries a command out in the name of who asks. */
export type Execute = (command: Command) => Effect.Effect<ReadonlyArray<Position>, Problem.Failure>

export const executor = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const twin = yield* Twin
  return Effect.fn("commands.execute")(function* (command: Command) {
    const viewer = yield* Viewer.Viewer
    const positions = yield* pipeline.execute(command, viewer.name)
    // Whoever reads next sees it; if the twin is behind, it is done all the same.
    const last = positions.at(-1) ?? -1
    yield* Effect.ignore(Effect.timeoutOption(twin.reached(last + 1), shownMs))
    return positions
  })
})

export const make = Effect.gen(function* () {
  const execute = yield* executor
  return [...asks.map((ask) => routeOf(ask, execute)), ...(yield* DeliveryRoutes.makeCommands)]
})

const routeOf = (ask: Ask, execute: Execute): Route.Route => {
  const fromPath = ask.fromPath ?? {}
  const about = {
    method: ask.method ?? "POST",
    path: ask.path,
    operation: `${ask.tag.charAt(0).toLowerCase()}${ask.tag.slice(1)}`,
    tag: "commands",
    access: "command",
    right: ask.right,
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
      yield* requireRight(ask, command)
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

/** Who may not even see the thing is told that it is not there. */
const requireRight = (
  { on, right, tag }: Ask,
  members: Readonly<Record<string, unknown>>,
): Effect.Effect<void, Problem.Problem> =>
  Effect.gen(function* () {
    const viewer = yield* Viewer.Viewer
    const thing = on(members)
    if (!viewer.mayOn(right, thing)) {
      if (thing !== "network" && !viewer.mayOn("read", thing))
        return yield* Viewer.hidden("there is no such thing")
      return yield* Viewer.outOfScope(`${viewer.name} may not do this here`)
    }
    // Registered anew, a retired device must have been theirs.
    const again = onDevice(members)
    if (
      tag === "RegisterDevice" &&
      viewer.isTaken(String(members["device"])) &&
      !viewer.mayOn(right, again)
    )
      return yield* Viewer.outOfScope("another holds a device of that id")
    return undefined
  })

/** The command's members that are not in its path; undefined when there are none. */
const bodySchemaOf = (
  tag: Tag,
  inPath: ReadonlyArray<string>,
): Schema.Codec<Readonly<Record<string, unknown>>, unknown> | undefined => {
  const schema = Command.members.find(({ fields }) => fields._tag.schema.literal === tag)
  invariant(schema !== undefined, `there is a command ${tag}`)
  const members = Object.entries(schema.fields)
    .filter(([name]) => name !== "_tag" && !inPath.includes(name))
    .map(([name, member]) => [name, hidden.get(member) ?? member])
  if (members.length === 0) return undefined
  // Its members are the command's own, all of them codecs without services; by name their types are lost.
  return Schema.Struct(Object.fromEntries(members)) as unknown as Schema.Codec<
    Readonly<Record<string, unknown>>,
    unknown
  >
}

/** Secrets come in as they are and are hidden from there on; they are shown where the command needs them. */
const hidden: ReadonlyMap<unknown, Schema.Constraint> = new Map(
  Command.members.flatMap(({ fields }) =>
    Object.values(fields).flatMap(
      (member): ReadonlyArray<readonly [unknown, Schema.Constraint]> => {
        if (member === RadioKey) return [[member, Schema.RedactedFromValue(RadioKey.value)]]
        if (!("schema" in member)) return []
        const inner: unknown = member.schema
        const found = [RadioKey, DownlinkPayload, DestinationSecrets, SourceCredentials].find(
          (each) => each === inner,
        )
        return found === undefined
          ? []
          : [[member, Schema.optionalKey(Schema.RedactedFromValue(found.value))]]
      },
    ),
  ),
)

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
