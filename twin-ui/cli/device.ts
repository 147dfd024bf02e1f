/** `sigtwin device …`: register, list, retire, replace a key, disengage a counter, downlinks and payloads. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { DevicesAnswer } from "../http/lists.ts"
import * as Flags from "./flags.ts"
import * as List from "./List.ts"
import { readHex, readKey } from "./readKey.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }

const id = Argument.String("ID").pipe(
  Argument.withDescription(
    "The device, as 4D33DB: hexadecimal, leading zeros and case do not matter",
  ),
)

const keyFile = Flag.String("key-file").pipe(
  Flag.withMetavar("FILE|-"),
  Flag.withDescription("File with its radio key, 32 hexadecimal digits; - is standard input"),
)

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const register = Command.make(
  "register",
  {
    id,
    keyFile: keyFile.pipe(Flag.optional),
    customer: text("customer", "The customer it belongs to"),
    group: text("group", "What it belongs to, as meters; groups it on the page"),
    type: text("type", "What kind of device it is; roles may be for one type only"),
    zone: text("zone", "Its radio zone, RC1 to RC7"),
    contract: Flags.integer("contract", { minimum: 1, maximum: 1_000_000 }).pipe(
      Flag.withDescription("Uplinks a day in its contract; the policy's default when not given"),
      Flag.optional,
    ),
    rollover: Flags.integer("rollover", { minimum: 128, maximum: 4_096 }).pipe(
      Flag.withDescription("Where its counter rolls over; the policy's default when not given"),
      Flag.optional,
    ),
    ...common,
  },
  Effect.fn("cli.device.register")(function* (given) {
    const key = Option.isSome(given.keyFile) ? yield* readKey(given.keyFile.value) : undefined
    yield* sayDone(
      given,
      {
        path: "/api/devices",
        body: {
          device: given.id,
          ...(key === undefined ? {} : { key }),
          ...said("customer", given.customer),
          ...said("group", given.group),
          ...said("deviceType", given.type),
          ...said("radioZone", given.zone),
          ...said("contractPerDay", given.contract),
          ...said("rollover", given.rollover),
        },
      },
      `device ${given.id} is registered ${key === undefined ? "without a key: its MACs cannot be checked" : "with its key"}`,
    )
  }),
).pipe(Command.withDescription("Register a device, with or without its radio key"))

const replaceKey = Command.make(
  "replace-key",
  { id, keyFile, ...common },
  Effect.fn("cli.device.replaceKey")(function* (given) {
    const key = yield* readKey(given.keyFile)
    yield* sayDone(
      given,
      { path: `/api/devices/${encodeURIComponent(given.id)}/key`, body: { key } },
      `device ${given.id} has a new key`,
    )
  }),
).pipe(
  Command.withDescription(
    "Replace a device's radio key. Messages before it stay checked under the key of their time",
  ),
)

const retire = Command.make(
  "retire",
  { id, ...common },
  Effect.fn("cli.device.retire")((given) =>
    sayDone(
      given,
      { path: `/api/devices/${encodeURIComponent(given.id)}/retire` },
      `device ${given.id} is retired`,
    ),
  ),
).pipe(Command.withDescription("Retire a device"))

const disengage = Command.make(
  "disengage",
  {
    id,
    note: Flag.String("note").pipe(
      Flag.withDescription("Who asked for it and why; it stands in the log"),
    ),
    ...common,
  },
  Effect.fn("cli.device.disengage")((given) =>
    sayDone(
      given,
      {
        path: `/api/devices/${encodeURIComponent(given.id)}/disengage`,
        body: { note: given.note },
      },
      `device ${given.id}: its next number becomes the reference`,
    ),
  ),
).pipe(
  Command.withDescription("Skip a device's counter check once: its next number is taken as it is"),
)

const none = (description: string) =>
  Flag.Boolean("none").pipe(Flag.withDescription(description), Flag.withDefault(false))

const downlinkDefault = Command.make(
  "downlink-default",
  {
    id,
    payloadFile: Flag.String("payload-file").pipe(
      Flag.withMetavar("FILE|-"),
      Flag.withDescription("File with eight bytes, 16 hexadecimal digits; - is standard input"),
      Flag.optional,
    ),
    none: none("It is told nothing from here on"),
    ...common,
  },
  Effect.fn("cli.device.downlinkDefault")(function* (given) {
    if (Option.isSome(given.payloadFile) === given.none)
      return yield* new WrongUse({ detail: "give --payload-file, or --none" })
    const payload = Option.isSome(given.payloadFile)
      ? yield* readHex(given.payloadFile.value, 16, "payload")
      : undefined
    yield* sayDone(
      given,
      {
        path: `/api/devices/${encodeURIComponent(given.id)}/downlink-default`,
        body: payload === undefined ? {} : { payload },
      },
      `device ${given.id} ${payload === undefined ? "has no default downlink" : "has a default downlink"}`,
    )
  }),
).pipe(
  Command.withDescription(
    "Set what a device that asks for a downlink is told where its customer does not answer",
  ),
)

const payloadScheme = Command.make(
  "payload-scheme",
  {
    id,
    scheme: text("scheme", "The scheme, as sigtwin-ctr-1 (docs/formats/payload-encryption.md)"),
    keyFile: keyFile.pipe(
      Flag.withDescription("File with its payload key, 32 hexadecimal digits; - is standard input"),
      Flag.optional,
    ),
    rolloverCounter: Flags.integer("rollover-counter", { minimum: 0, maximum: 2 ** 32 - 1 }).pipe(
      Flag.withDescription("How often its sequence number has wrapped by now (default 0)"),
      Flag.optional,
    ),
    none: none("It encrypts no longer from here on"),
    ...common,
  },
  Effect.fn("cli.device.payloadScheme")(function* (given) {
    const adopts = Option.isSome(given.scheme) && Option.isSome(given.keyFile)
    if (adopts === given.none || (given.none && Option.isSome(given.scheme)))
      return yield* new WrongUse({ detail: "give --scheme and --key-file, or --none" })
    const key = Option.isSome(given.keyFile) ? yield* readKey(given.keyFile.value) : undefined
    yield* sayDone(
      given,
      {
        path: `/api/devices/${encodeURIComponent(given.id)}/payload-scheme`,
        body: {
          ...said("scheme", given.scheme),
          ...(key === undefined ? {} : { key }),
          ...said("rolloverCounter", given.rolloverCounter),
        },
      },
      `device ${given.id} ${given.none ? "no longer encrypts its payloads" : "encrypts its payloads"}`,
    )
  }),
).pipe(Command.withDescription("Say how a device encrypts its payloads from here on"))

const list = Command.make("list", List.flags, (given) =>
  List.show(given, "/api/devices", Schema.decodeUnknownEffect(DevicesAnswer), {
    of: "devices",
    head: [
      "device",
      "status",
      "customer",
      "group",
      "last number",
      "accepted",
      "refused",
      "reported",
      "last heard",
    ],
    numbers: ["accepted", "refused", "reported"],
    rowsOf: ({ devices }) =>
      devices.map((row) => [
        row.id,
        row.status,
        row.customer ?? "",
        row.group ?? "",
        row.lastSeq === null ? "" : `${row.lastSeq}@${row.lastEpoch ?? 0}`,
        Words.number(row.accepted),
        Words.number(row.refused),
        Words.number(row.reported),
        Words.instant(row.lastHeardMs),
      ]),
  }),
).pipe(Command.withDescription("List devices, now or as it was"))

export const device = Command.make("device").pipe(
  Command.withDescription(
    "Register, list and retire devices; keys, counters, default downlinks, encrypted payloads",
  ),
  Command.withSubcommands([
    register,
    list,
    retire,
    replaceKey,
    disengage,
    downlinkDefault,
    payloadScheme,
  ]),
)
