/**
 * Reads a log as another program would: written from docs/formats/log.md, and sharing no code with `core`.
 *
 * It checks what that page says can be checked, and throws where it does not hold.
 */
import { createHash } from "node:crypto"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { crc32, inflateSync } from "node:zlib"

type Fields = Record<string, unknown>

export interface ReadEvent {
  readonly position: number
  readonly stream: string
  readonly revision: number
  readonly occurredMs: number
  readonly recordedMs: number
  readonly causes: ReadonlyArray<number>
  readonly kind: string
  readonly fields: Fields
}

export interface ReadLog {
  readonly id: string
  readonly events: ReadonlyArray<ReadEvent>
  /** Root of the tree over all batches. */
  readonly root: string
}

export const readLog = (path: string): ReadLog => {
  const db = new DatabaseSync(path, { readOnly: true })
  const events: Array<ReadEvent> = []
  const leaves: Array<Buffer> = []
  let hash: Buffer = Buffer.alloc(32)
  const rows = db.prepare("SELECT first, bytes FROM batch ORDER BY first").all()
  for (const row of rows)
    for (const slab of slabsOf(bytesOf(path, db, row))) {
      const own = slab.subarray(slab.length - 32)
      const expected = sha(hash, slab.subarray(0, slab.length - 32))
      if (!own.equals(expected)) throw new Error("the chain breaks")
      hash = own
      leaves.push(sha(Buffer.of(0), own))
      events.push(...readSlab(slab))
    }
  const id = String(db.prepare("SELECT value FROM log WHERE key = 'id'").get()?.["value"])
  db.close()
  return { id, events, root: rootOf(leaves).toString("hex") }
}

const sha = (...parts: ReadonlyArray<Uint8Array>): Buffer =>
  createHash("sha256").update(Buffer.concat(parts)).digest()

const rootOf = (leaves: ReadonlyArray<Buffer>): Buffer => {
  if (leaves.length === 0) return sha()
  if (leaves.length === 1) return leaves[0]
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return sha(Buffer.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

const bytesOf = (path: string, db: DatabaseSync, row: Fields): Buffer => {
  const { bytes, first } = row
  if (!(bytes instanceof Uint8Array)) throw new Error("no bytes")
  if (bytes.length > 0) return Buffer.from(bytes)
  const part = db
    .prepare("SELECT file FROM part WHERE first <= ? AND end > ?")
    .get(Number(first), Number(first))
  const from = new DatabaseSync(join(dirname(path), String(part?.["file"])), { readOnly: true })
  const archived = from.prepare("SELECT first, bytes FROM batch WHERE first = ?").get(Number(first))
  from.close()
  return bytesOf(path, db, archived ?? {})
}

const checkCrc = (bytes: Buffer, end: number): void => {
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) throw new Error("wrong CRC")
}

const slabsOf = (bytes: Buffer): ReadonlyArray<Buffer> => {
  if (bytes.toString("latin1", 0, 8) === "SIGTSLAB") return [bytes]
  if (bytes.toString("latin1", 0, 8) !== "SIGTROWS") throw new Error("no row")
  checkCrc(bytes, bytes.length - 4)
  const all = inflateSync(bytes.subarray(20, -4))
  if (all.length !== bytes.readUInt32LE(16)) throw new Error("wrong length")
  const slabs: Array<Buffer> = []
  for (let at = 0; at < all.length;) {
    const end = at + all.readDoubleLE(at + 24)
    slabs.push(all.subarray(at, end))
    at = end
  }
  if (slabs.length !== bytes.readUInt32LE(12)) throw new Error("wrong number of slabs")
  return slabs
}

/** Walks over a slab. */
class Cursor {
  at: number
  texts: ReadonlyArray<string> = []
  sealed: Fields | undefined
  heard: Fields | undefined
  readonly bytes: Buffer

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  u8 = (): number => this.bytes.readUInt8(this.at++)
  u16 = (): number => this.bytes.readUInt16LE((this.at += 2) - 2)
  u32 = (): number => this.bytes.readUInt32LE((this.at += 4) - 4)
  f64 = (): number => this.bytes.readDoubleLE((this.at += 8) - 8)
  hundredths = (): number => this.bytes.readInt16LE((this.at += 2) - 2) / 100
  take = (length: number): Buffer => this.bytes.subarray(this.at, (this.at += length))

  count = (): number => {
    const first = this.u8()
    if (first < 252) return first
    return first === 252 ? this.u16() : first === 253 ? this.u32() : this.f64()
  }

  text = (): string => {
    const head = this.count()
    const characters = Math.floor(head / 4)
    if (head % 4 === 0) return this.take(characters / 2).toString("hex")
    return head % 4 === 1
      ? this.take(characters).toString("latin1")
      : this.take(2 * characters).toString("utf16le")
  }

  reference = (): string => {
    const place = this.u16()
    return place === 65_535 ? this.text() : this.texts[place]
  }

  raw = (): Buffer => this.take(this.count())
}

const readSlab = (slab: Buffer): ReadonlyArray<ReadEvent> => {
  checkCrc(slab, slab.length - 36)
  if (slab.readDoubleLE(24) !== slab.length) throw new Error("wrong length")
  const dictionary = new Cursor(slab, slab.readUInt32LE(64))
  const texts = Array.from({ length: slab.readUInt32LE(68) }, dictionary.text)
  const c = new Cursor(slab, 72)
  c.texts = texts
  const first = slab.readDoubleLE(16)
  const recorded = slab.readDoubleLE(32)
  let occurredMs = recorded
  return Array.from({ length: slab.readUInt32LE(12) }, (_, i) => {
    const position = first + i
    const size = c.u32()
    const end = c.at + size
    const kind = c.u8()
    const layout = c.u8()
    const flags = c.u8()
    const stream = c.reference()
    const revision = c.count()
    if ((flags & 4) !== 0) occurredMs = c.f64()
    else {
      const n = c.count()
      occurredMs += n % 2 === 0 ? n / 2 : -(n + 1) / 2
    }
    const recordedMs = (flags & 1) === 0 ? recorded : c.f64()
    const causes =
      (flags & 2) === 0 ? [] : Array.from({ length: c.count() }, () => position - c.count())
    const [name, fields] = layout === 0 ? readJson(c) : readBody(c, kind)
    if (c.at !== end) throw new Error(`record ${position} does not end where it says`)
    return { position, stream, revision, occurredMs, recordedMs, causes, kind: name, fields }
  })
}

const readJson = (c: Cursor): readonly [string, Fields] => {
  const kind = c.reference()
  const fields: unknown = JSON.parse(c.raw().toString("utf8"))
  return [kind, typeof fields === "object" && fields !== null ? { ...fields } : {}]
}

const readBody = (c: Cursor, kind: number): readonly [string, Fields] => {
  const body = bodies.get(kind)
  if (body === undefined) throw new Error(`kind ${kind} has no layout 1`)
  return [body.name, body.read(c)]
}

/** A field that is there only if its bit is. */
const maybe = (present: number, bit: number, name: string, read: () => unknown): Fields =>
  (present & bit) === 0 ? {} : { [name]: read() }

const sealed = (c: Cursor): Fields => {
  if (c.u8() === 1) return c.sealed ?? {}
  c.sealed = { digest: c.text(), length: c.count(), bytes: c.raw().toString("hex") }
  return c.sealed
}

const obligation = (c: Cursor): Fields => ({
  device: c.reference(),
  customer: c.reference(),
  destination: c.reference(),
  seq: c.count(),
  epoch: c.count(),
})

const frameHeard = (c: Cursor): Fields => {
  const present = c.u8()
  const shape = c.u8()
  const station = c.reference()
  const crc = c.count()
  const message =
    (shape & 32) !== 0
      ? (c.heard ?? {})
      : {
          check: c.reference(),
          source: c.reference(),
          device: c.reference(),
          frameType: c.count(),
          flags: c.count(),
          seq: c.count(),
          keyVersion: c.count(),
          mac: c.text(),
          payload: sealed(c),
        }
  c.heard = message
  return {
    ...message,
    rank: shape & 3,
    station,
    crc,
    ...maybe(present, 1, "rssiDbm", (shape & 4) === 0 ? c.hundredths : c.f64),
    ...maybe(present, 2, "snrDb", (shape & 8) === 0 ? c.hundredths : c.f64),
    ...maybe(present, 4, "frequencyHz", (shape & 16) === 0 ? c.count : c.f64),
    ...maybe(present, 8, "configDigest", c.reference),
    ...maybe(present, 16, "signs", () => Array.from({ length: c.count() }, c.reference)),
  }
}

const stationReport = (c: Cursor): Fields => {
  const station = c.reference()
  const present = c.u8()
  return {
    station,
    ...maybe(present, 1, "rssiDbm", c.f64),
    ...maybe(present, 2, "snrDb", c.f64),
    ...maybe(present, 4, "frequencyHz", c.f64),
    ...maybe(present, 8, "repetitions", c.count),
  }
}

const messageReported = (c: Cursor): Fields => {
  const present = c.u8()
  const location = () => ({ lat: c.f64(), lng: c.f64(), ...maybe(present, 128, "radiusM", c.f64) })
  return {
    report: c.reference(),
    source: c.reference(),
    device: c.reference(),
    ...maybe(present, 1, "seq", c.count),
    ...maybe(present, 2, "id", c.text),
    ...maybe(present, 4, "payload", () => sealed(c)),
    ...maybe(present, 8, "lqi", c.count),
    ...maybe(present, 16, "downlinkAsked", () => (present & 32) !== 0),
    ...maybe(present, 64, "location", location),
    stations: Array.from({ length: c.count() }, () => stationReport(c)),
  }
}

interface Body {
  readonly name: string
  readonly read: (c: Cursor) => Fields
}

const bodies: ReadonlyMap<number, Body> = new Map<number, Body>([
  [0, { name: "FrameHeard", read: frameHeard }],
  [
    1,
    {
      name: "BytesHeard",
      read: (c) => {
        const present = c.u8()
        return {
          source: c.reference(),
          station: c.reference(),
          reason: c.reference(),
          field: c.reference(),
          offset: c.count(),
          bytes: sealed(c),
          ...maybe(present, 1, "rssiDbm", c.f64),
        }
      },
    },
  ],
  [2, { name: "MessageReported", read: messageReported }],
  [
    3,
    {
      name: "ReceptionReported",
      read: (c) => {
        const present = c.u8()
        return {
          source: c.reference(),
          station: c.reference(),
          device: c.reference(),
          id: c.text(),
          ...maybe(present, 1, "meanRank", c.f64),
          ...maybe(present, 2, "rssiDbm", c.f64),
          ...maybe(present, 4, "lat", c.f64),
          ...maybe(present, 8, "lng", c.f64),
        }
      },
    },
  ],
  [
    19,
    {
      name: "MessageAccepted",
      read: (c) => {
        const present = c.u8()
        return {
          downlinkAsked: (present & 1) !== 0,
          device: c.reference(),
          kind: c.reference(),
          seq: c.count(),
          epoch: c.count(),
          missing: c.count(),
          policy: c.count(),
          ...maybe(present, 2, "warning", c.reference),
          ...maybe(present, 4, "standing", c.reference),
        }
      },
    },
  ],
  [
    20,
    {
      name: "MessageRefused",
      read: (c) => {
        const present = c.u8()
        return {
          reason: c.reference(),
          device: c.reference(),
          seq: c.count(),
          policy: c.count(),
          ...maybe(present, 1, "expectedSeq", c.count),
          ...maybe(present, 2, "gapMax", c.count),
        }
      },
    },
  ],
  [21, { name: "DeliveryOwed", read: obligation }],
  [
    22,
    {
      name: "DeliverySucceeded",
      read: (c) => ({
        ...obligation(c),
        attempt: c.count(),
        status: c.count(),
        durationMs: c.f64(),
      }),
    },
  ],
  [
    23,
    {
      name: "DeliveryFailed",
      read: (c) => {
        const owed = obligation(c)
        const attempt = c.count()
        const durationMs = c.f64()
        const nextAttemptAtMs = c.f64()
        const present = c.u8()
        const error = c.reference()
        return {
          ...owed,
          attempt,
          durationMs,
          nextAttemptAtMs,
          error,
          ...maybe(present, 1, "status", c.count),
        }
      },
    },
  ],
  [
    24,
    {
      name: "DeliveryAbandoned",
      read: (c) => ({ ...obligation(c), attempts: c.count(), error: c.reference() }),
    },
  ],
])
