/**
 * `npm run fuzz -- frames [count]`: no text and no bytes make the codec throw, and what it takes for a
 * frame is exactly that: written again, it is the input, digit by digit.
 */
import * as Downlink from "../../core/frame/Downlink.ts"
import { type Frame, type FrameRefused, isFrame } from "../../core/frame/Frame.ts"
import * as Uplink from "../../core/frame/Uplink.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import * as Random from "../../core/kernel/Random.ts"
import { type Fuzz, type FuzzOptions, type FuzzReport, violationsKept } from "./Fuzz.ts"
import * as FrameInputs from "./frameInputs.ts"

type Decode = (input: FrameInputs.Input) => Frame | FrameRefused

export const run = (options: FuzzOptions, decode: Decode = Uplink.decode): FuzzReport => {
  const next = FrameInputs.make(Random.make(options.seed))
  const outcomes: Record<string, number> = {}
  const violations: Array<{ input: string; what: string }> = []
  let violationCount = 0
  for (let i = 1; i <= options.count; i++) {
    const input = next()
    const { outcome, violation } = judge(input, decode)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (violation !== undefined) {
      violationCount++
      if (violations.length < violationsKept)
        violations.push({ input: textOf(input), what: violation })
    }
    if (i % 100_000 === 0) options.progress(i)
  }
  return { inputs: options.count, outcomes, violationCount, violations }
}

const canaryOptions: FuzzOptions = { count: 2000, seed: 1, progress: () => {} }

export const fuzz: Fuzz = {
  name: "frames",
  run,
  canaries: {
    "a decoder that throws": () =>
      run(canaryOptions, (input) => {
        if (input.length === 47) throw new RangeError("canary")
        return Uplink.decode(input)
      }),
    "a decoder that overlooks the CRC": () =>
      run(canaryOptions, (input) => {
        const read = Uplink.decode(input)
        return isFrame(read) || read.reason !== "crc" ? read : another
      }),
    "a decoder that gives nothing": () =>
      run(canaryOptions, (input) => {
        const read = Uplink.decode(input)
        // What a decoder must not give, so the compiler has to be told.
        return isFrame(read) ? read : (undefined as unknown as FrameRefused)
      }),
  },
}

interface Judgement {
  readonly outcome: string
  readonly violation?: string
}

const judge = (input: FrameInputs.Input, decode: Decode): Judgement => {
  try {
    const read = decode(input)
    Downlink.decode(input, askedOfAll)
    if (read === undefined) return { outcome: "nothing", violation: "neither frame nor refusal" }
    if (read._tag === "FrameRefused") {
      const isPlaced = read.offset >= 0 && read.offset <= 2 * input.length
      return isPlaced
        ? { outcome: read.reason }
        : { outcome: read.reason, violation: `refused at ${read.offset}, outside of the input` }
    }
    const again = writtenAgain(read)
    const text = textOf(input).toLowerCase()
    return again.frameHex === text || again.bitstreamHex === text
      ? { outcome: read.kind }
      : { outcome: read.kind, violation: `written again it is ${again.bitstreamHex}` }
  } catch (error) {
    return { outcome: "threw", violation: String(error) }
  }
}

const askedOfAll = { device: 0x4d33db, seq: 417 }

const writtenAgain = (frame: Frame): Uplink.Encoded => {
  const { device, seq, downlinkAsked, rank, payload } = frame
  const content =
    frame.bit !== undefined
      ? { bit: frame.bit }
      : frame.kind === "control"
        ? { control: payload }
        : { payload }
  return Uplink.encode({ device, seq, downlinkAsked, rank, ...content }, () => frame.mac)
}

const textOf = (input: FrameInputs.Input): string =>
  typeof input === "string" ? input : Bytes.toHex(input)

/** Some frame that the canary gives for whatever has a wrong CRC. */
const another = Uplink.decode("35f01a0db334d00abad1deadc32758a")
