/** `sigtwin frame decode`: takes one frame apart. `sigtwin frames check`: checks vector files. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Argument, Command, Flag } from "effect/cli"
import * as Mac from "../../core/crypto/Mac.ts"
import { checkLine, type Codes } from "../../core/frame/checkVectors.ts"
import type { Dissection } from "../../core/frame/Dissection.ts"
import { dissectDownlink } from "../../core/frame/dissectDownlink.ts"
import { dissectUplink } from "../../core/frame/dissectUplink.ts"
import { parseDevice } from "../../core/frame/Frame.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import { formatTable } from "./formatTable.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import { WrongUse } from "./WrongUse.ts"

const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON instead of tables"),
  Flag.withDefault(false),
)

const Key = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F]{32}$/, { message: "a key has 32 hexadecimal digits" }),
)
const Device = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F]{1,8}$/, { message: "a device has 1 to 8 hexadecimal digits" }),
)

const decode = Command.make(
  "decode",
  {
    hex: Argument.String("HEX").pipe(
      Argument.withDescription("A frame without preamble, a whole bitstream, or a downlink"),
    ),
    key: Flag.String("key").pipe(
      Flag.withSchema(Key),
      Flag.withDescription("The device's key, 32 hexadecimal digits, to check the MAC with"),
      Flag.optional,
    ),
    device: Flag.String("device").pipe(
      Flag.withSchema(Device),
      Flag.withDescription("Read a downlink to this device (with --seq)"),
      Flag.optional,
    ),
    seq: Flag.Int("seq").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4095 }))),
      Flag.withDescription("The number of the uplink that asked for it, 0..4095"),
      Flag.optional,
    ),
    json,
  },
  Effect.fn("cli.frame.decode")(function* (given) {
    const dissection = yield* dissect({
      hex: given.hex,
      key: Option.getOrUndefined(given.key),
      device: Option.getOrUndefined(given.device),
      seq: Option.getOrUndefined(given.seq),
    })
    yield* Console.log(given.json ? JSON.stringify(dissection) : textOf(dissection))
    if (!dissection.good) return yield* new ProblemsFound({ summary: dissection.summary })
  }),
).pipe(
  Command.withDescription(
    "Print every field of a frame: name, bits, raw, meaning, verdict. Bits count from the start of HEX.",
  ),
)

const check = Command.make(
  "check",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription("Vectors as JSON lines: frames, captures, forgeries"),
      Argument.variadic({ min: 1 }),
    ),
    json,
  },
  Effect.fn("cli.frames.check")(function* (given) {
    let passed = 0
    let failed = 0
    for (const file of given.files) {
      const count = yield* checkFile(file, given.json)
      passed += count.passed
      failed += count.failed
    }
    yield* Console.log(
      given.json ? JSON.stringify({ passed, failed }) : `${passed} passed, ${failed} failed`,
    )
    if (passed + failed === 0) return yield* new WrongUse({ detail: "the files hold no vectors" })
    if (failed > 0) {
      return yield* new ProblemsFound({ summary: `${failed} of ${passed + failed} vectors failed` })
    }
  }),
).pipe(
  Command.withDescription(
    "Check files of frame vectors; prints each failure and `N passed, N failed`. With --json a line for each failure, then the totals.",
  ),
)

export const frame = Command.make("frame").pipe(
  Command.withDescription("Look at one Sigfox frame"),
  Command.withSubcommands([decode]),
)

export const frames = Command.make("frames").pipe(
  Command.withDescription("Check many Sigfox frames"),
  Command.withSubcommands([check]),
)

interface Asked {
  readonly hex: string
  readonly key: string | undefined
  readonly device: string | undefined
  readonly seq: number | undefined
}

const dissect = ({ hex, key, device, seq }: Asked): Effect.Effect<Dissection, WrongUse> => {
  const keyBytes = key === undefined ? undefined : Bytes.fromHex(key)
  const cipher = keyBytes === undefined ? undefined : Mac.makeKeyCipher(keyBytes)
  const number = device === undefined ? undefined : parseDevice(device)
  if ((number === undefined) !== (seq === undefined)) {
    return Effect.fail(
      new WrongUse({ detail: "a downlink needs both --device and --seq, an uplink neither" }),
    )
  }
  if (number === undefined || seq === undefined) {
    return Effect.succeed(
      dissectUplink(
        hex,
        cipher && ((packetWithoutMac, length) => Mac.uplinkMac(cipher, packetWithoutMac, length)),
      ),
    )
  }
  return Effect.succeed(
    dissectDownlink(
      hex,
      { device: number, seq },
      cipher && ((input) => Mac.downlinkMac(cipher, input)),
    ),
  )
}

const textOf = (dissection: Dissection): string =>
  `${dissection.summary}\n\n${formatTable(
    ["field", "bits", "raw", "verdict", "meaning"],
    dissection.rows.map((row) => [row.name, row.bits, row.raw, row.verdict, row.meaning]),
  )}`

interface Count {
  readonly passed: number
  readonly failed: number
}

/** Reads line by line, so that a file may be of any size, and prints each failure as it is found. */
const checkFile = Effect.fnUntraced(function* (file: string, asJson: boolean) {
  const fs = yield* FileSystem.FileSystem
  let line = 0
  let failed = 0
  let passed = 0
  yield* fs.stream(file).pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runForEach((text) => {
      line++
      if (text.trim() === "") return Effect.void
      const { kind, failures } = checkLine(text, codes)
      if (failures.length === 0) {
        passed++
        return Effect.void
      }
      failed++
      return Console.log(
        asJson
          ? JSON.stringify({ file, line, kind, failures })
          : `${file}:${line}: ${kind}: ${failures.join("; ")}`,
      )
    }),
    Effect.mapError((error) => new WrongUse({ detail: `cannot read ${file}: ${error.message}` })),
  )
  return { passed, failed } satisfies Count
})

const codes: Codes = {
  uplinkMac: (key, packetWithoutMac, length) =>
    Mac.uplinkMac(Mac.makeKeyCipher(key), packetWithoutMac, length),
  downlinkMac: (key, macInput16) => Mac.downlinkMac(Mac.makeKeyCipher(key), macInput16),
}
