/**
 * Writes the binary record: numbers, texts and references to a dictionary, into one growing buffer.
 *
 * All numbers are little-endian.
 * - *count*: an integer. One byte 0..251 is the value; 252, 253 and 254 say that it follows as u16, u32 or f64.
 * - *text*: count of (characters x 4 + form), then form 0: bytes whose lower-case hex the text is; form 1: ASCII;
 *   form 2: UTF-16 units (a text may hold half a surrogate pair, which UTF-8 cannot).
 * - *hundredths*: i16, a decimal number of at most two places times 100.
 * - *reference*: u16, the text's place in the dictionary; 65,535 says that the dictionary is full and the text follows.
 *
 * `reserve` before writing: `u8`, `u16`, `count`, `f64` do not look whether there is room.
 */
import type { FrameHeard } from "../event/reception.ts"
import type { Sealed } from "../event/sealed.ts"

export interface ByteWriter {
  bytes: Uint8Array
  view: DataView
  at: number
  readonly dictionary: Dictionary
  /** The last text of each slot, "" for none, and its place: neighbours often name the same things. */
  readonly lastTexts: Array<string>
  readonly lastPlaces: Array<number>
  /** The last sealed bytes, the last reception: those of one message follow each other and carry the same. */
  lastSealed: Sealed | undefined
  lastHeard: FrameHeard | undefined
  lastOccurredMs: number
}

/**
 * The batch's texts, by their places; and all that the batches before named, since they name the same things again and
 * again. Each text has a number, by which is known: the last batch that named it, its place there, and where in
 * `written` its bytes begin. So a batch neither makes a table anew nor writes its texts letter by letter: that took
 * 0.2 of the 0.6 us of an event (measured, 1,000 events a batch).
 */
interface Dictionary {
  /** Of the texts of the batch. */
  readonly places: Uint32Array
  size: number
  batch: number
  readonly numbers: Map<string, number>
  /** The text last asked for at each place of `placeNear`, "" for none, and its number. */
  readonly nearTexts: Array<string>
  readonly nearNumbers: Uint32Array
  readonly batchOf: Uint32Array
  readonly placeOf: Uint16Array
  readonly startOf: Uint32Array
  written: Uint8Array
  writtenTo: number
}

export const wide16 = 252
export const wide32 = 253
export const wide64 = 254
/** Reference that says "the text follows"; so many texts fit a dictionary. */
export const inline = 0xffff

export const formHex = 0
export const formAscii = 1
export const formUtf16 = 2

const bytesAtFirst = 1 << 18
/** A buffer that grew beyond this is not kept for the next batch. */
const bytesKept = 1 << 23
/** Texts and their bytes kept when a batch begins; it may add as many as fit its dictionary. */
const numbersMax = 1 << 16
const nearMax = 1 << 14
const writtenMax = 1 << 22

export const make = (): ByteWriter => {
  const bytes = new Uint8Array(bytesAtFirst)
  return {
    bytes,
    view: new DataView(bytes.buffer),
    at: 0,
    dictionary: {
      places: new Uint32Array(inline),
      size: 0,
      batch: 0,
      numbers: new Map(),
      nearTexts: Array.from<string, string>({ length: nearMax }, () => ""),
      nearNumbers: new Uint32Array(nearMax),
      batchOf: new Uint32Array(numbersMax + inline),
      placeOf: new Uint16Array(numbersMax + inline),
      startOf: new Uint32Array(numbersMax + inline + 1),
      written: new Uint8Array(bytesAtFirst),
      writtenTo: 0,
    },
    lastTexts: Array.from({ length: slots }, () => ""),
    lastPlaces: Array.from({ length: slots }, () => 0),
    lastSealed: undefined,
    lastHeard: undefined,
    lastOccurredMs: 0,
  }
}

/** Begins anew at a place, with an empty dictionary. */
export const restart = (w: ByteWriter, at: number, recordedMs: number): void => {
  if (w.bytes.length > bytesKept) {
    w.bytes = new Uint8Array(bytesAtFirst)
    w.view = new DataView(w.bytes.buffer)
  }
  const { dictionary } = w
  if (dictionary.numbers.size > numbersMax || dictionary.writtenTo > writtenMax) {
    dictionary.numbers.clear()
    dictionary.nearTexts.fill("")
    dictionary.batchOf.fill(0)
    dictionary.writtenTo = 0
    if (dictionary.written.length > 2 * writtenMax)
      dictionary.written = new Uint8Array(bytesAtFirst)
  }
  dictionary.batch++
  dictionary.size = 0
  w.at = at
  w.lastTexts.fill("")
  w.lastSealed = undefined
  w.lastHeard = undefined
  w.lastOccurredMs = recordedMs
}

/** Makes room for `length` more bytes. */
export const reserve = (w: ByteWriter, length: number): void => {
  if (w.at + length <= w.bytes.length) return
  const grown = new Uint8Array(Math.max(2 * w.bytes.length, w.at + length))
  grown.set(w.bytes.subarray(0, w.at))
  w.bytes = grown
  w.view = new DataView(grown.buffer)
}

export const u8 = (w: ByteWriter, value: number): void => {
  w.bytes[w.at++] = value
}

const u16 = (w: ByteWriter, value: number): void => {
  w.view.setUint16(w.at, value, true)
  w.at += 2
}

export const f64 = (w: ByteWriter, value: number): void => {
  w.view.setFloat64(w.at, value, true)
  w.at += 8
}

/** At most 9 bytes. */
export const count = (w: ByteWriter, value: number): void => {
  const { bytes, view, at } = w
  // `>>> 0` is the value itself only for an integer of 0 .. 2^32-1 (and for -0, whose sign is not kept).
  if (value >>> 0 !== value) {
    bytes[at] = wide64
    view.setFloat64(at + 1, value, true)
    w.at = at + 9
  } else if (value < wide16) {
    bytes[at] = value
    w.at = at + 1
  } else if (value < 0x1_0000) {
    bytes[at] = wide16
    view.setUint16(at + 1, value, true)
    w.at = at + 3
  } else {
    bytes[at] = wide32
    view.setUint32(at + 1, value, true)
    w.at = at + 5
  }
}

/** 32,767 hundredths at most; 0 is left to f64, since it has a sign. */
export const isHundredths = (value: number): boolean => {
  const hundredths = toHundredths(value)
  return hundredths === (hundredths << 16) >> 16 && hundredths !== 0 && hundredths / 100 === value
}

export const hundredths = (w: ByteWriter, value: number): void => {
  w.view.setInt16(w.at, toHundredths(value), true)
  w.at += 2
}

const toHundredths = (value: number): number => (value * 100 + (value < 0 ? -0.5 : 0.5)) | 0

/** Makes its own room. */
export const raw = (w: ByteWriter, value: Uint8Array): void => {
  const length = value.length
  reserve(w, 9 + length)
  count(w, length)
  const { bytes, at } = w
  bytes.set(value, at)
  w.at = at + length
}

/** Value of each character code as a lower-case hex digit, 16 where it is none. */
const hexDigits = new Uint8Array(128).fill(16)
for (let value = 0; value < 16; value++) hexDigits[value.toString(16).charCodeAt(0)] = value

/** Makes its own room. */
export const text = (w: ByteWriter, value: string): void => {
  const length = value.length
  reserve(w, 9 + 2 * length)
  const start = w.at
  if ((length & 1) === 0) {
    count(w, 4 * length + formHex)
    if (hexInto(w, value)) return
    w.at = start
  }
  count(w, 4 * length + formAscii)
  if (asciiInto(w, value)) return
  w.at = start
  count(w, 4 * length + formUtf16)
  for (let i = 0; i < length; i++) u16(w, value.charCodeAt(i))
}

/** No branch in the loop: what is no digit is 16 or has bit 7, and leaves its mark in `wrong`. */
const hexInto = (w: ByteWriter, value: string): boolean => {
  const { bytes, at } = w
  const size = value.length >> 1
  let wrong = 0
  for (let i = 0; i < size; i++) {
    const high = value.charCodeAt(2 * i)
    const low = value.charCodeAt(2 * i + 1)
    const highDigit = hexDigits[high & 127]
    const lowDigit = hexDigits[low & 127]
    wrong |= ((high | low) >> 7) | ((highDigit | lowDigit) & 16)
    bytes[at + i] = (highDigit << 4) | lowDigit
  }
  if (wrong !== 0) return false
  w.at = at + size
  return true
}

const asciiInto = (w: ByteWriter, value: string): boolean => {
  const { bytes, at } = w
  const length = value.length
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (code > 127) return false
    bytes[at + i] = code
  }
  w.at = at + length
  return true
}

/** What a reference names; each slot remembers its last text. */
export const slotStream = 0
export const slotDevice = 1
export const slotStation = 2
export const slotSource = 3
export const slotDigest = 4
export const slotWord = 5
export const slotCustomer = 6
export const slotDestination = 7
export const slotOther = 8
const slots = 9

/** Takes 2 bytes of the room reserved; a text that does not fit the dictionary makes its own. */
export const reference = (w: ByteWriter, slot: number, value: string): void => {
  if (w.lastTexts[slot] === value && value !== "") return u16(w, w.lastPlaces[slot])
  const { dictionary } = w
  if (dictionary.size >= inline) return referenceWhenFull(w, value)
  const { batch, batchOf, placeOf } = dictionary
  const number = numberOf(w, value)
  if (batchOf[number] !== batch) {
    batchOf[number] = batch
    placeOf[number] = dictionary.size
    dictionary.places[dictionary.size++] = number
  }
  const place = placeOf[number]
  w.lastTexts[slot] = value
  w.lastPlaces[slot] = place
  u16(w, place)
}

/** A look by four of its letters costs a quarter of one into a map (measured: 15 and 60 ns). */
const numberOf = (w: ByteWriter, value: string): number => {
  const { nearNumbers, nearTexts, numbers } = w.dictionary
  const near = placeNear(value)
  if (nearTexts[near] === value && value !== "") return nearNumbers[near]
  const number = numbers.get(value) ?? numbered(w, value)
  nearTexts[near] = value
  nearNumbers[near] = number
  return number
}

/** Names differ in their last letters; a stream and the device it is of, in their length. */
const placeNear = (value: string): number => {
  const { length } = value
  if (length < 4) return length === 0 ? 0 : value.charCodeAt(length - 1) & (nearMax - 1)
  const letters =
    value.charCodeAt(length - 1) |
    (value.charCodeAt(length - 2) << 7) |
    (value.charCodeAt(length - 3) << 14) |
    (value.charCodeAt(length - 4) << 21)
  return ((Math.imul(letters, 0x9e37_79b1) >>> 18) ^ (length * 0x51)) & (nearMax - 1)
}

const referenceWhenFull = (w: ByteWriter, value: string): void => {
  const { batch, batchOf, numbers, placeOf } = w.dictionary
  const number = numbers.get(value)
  if (number !== undefined && batchOf[number] === batch) return u16(w, placeOf[number])
  u16(w, inline)
  text(w, value)
  reserve(w, recordRoom)
}

/** Gives a text its number and keeps its bytes. */
const numbered = (w: ByteWriter, value: string): number => {
  const { dictionary } = w
  const { numbers, startOf } = dictionary
  const number = numbers.size
  numbers.set(value, number)
  const start = w.at
  text(w, value)
  const size = w.at - start
  const { writtenTo } = dictionary
  if (writtenTo + size > dictionary.written.length) {
    const grown = new Uint8Array(Math.max(2 * dictionary.written.length, writtenTo + size))
    grown.set(dictionary.written.subarray(0, writtenTo))
    dictionary.written = grown
  }
  dictionary.written.set(w.bytes.subarray(start, w.at), writtenTo)
  dictionary.writtenTo = writtenTo + size
  startOf[number] = writtenTo
  startOf[number + 1] = writtenTo + size
  w.at = start
  reserve(w, recordRoom)
  return number
}

/** All texts of the batch. Makes its own room. */
export const writeDictionary = (w: ByteWriter): void => {
  const { places, size, startOf, written } = w.dictionary
  for (let place = 0; place < size; place++) {
    const number = places[place]
    const start = startOf[number]
    const end = startOf[number + 1]
    reserve(w, end - start)
    const { bytes } = w
    let { at } = w
    // Texts are short: a loop is quicker than a call (measured).
    for (let i = start; i < end; i++) bytes[at++] = written[i]
    w.at = at
  }
}

/** Room for everything of fixed size in a record: envelope and the largest body, texts, arrays and bytes not counted. */
export const recordRoom = 256
