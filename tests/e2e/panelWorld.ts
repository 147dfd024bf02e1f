/**
 * A real server over an empty log, and a short story told to it from outside: a station whose configuration changes, a
 * frame sent again, a customer whose endpoint the test answers for.
 */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { radio } from "../core/ingest/radio.ts"

export const meter = radio(0x4d33db)
const good = "11".repeat(32)
const other = "22".repeat(32)
/** Beyond the tally window: one message each. */
export const apartMs = 40_000

export interface Endpoint {
  readonly url: string
  /** What it answers from now on. */
  status: number
  /** Bodies it got. */
  readonly got: Array<string>
  readonly close: () => Promise<void>
}

export const endpoint = async (): Promise<Endpoint> => {
  const state = { status: 200 }
  const got: Array<string> = []
  const server: Server = createServer((request, answer) => {
    let body = ""
    request.on("data", (part: Buffer) => {
      body += part.toString()
    })
    request.on("end", () => {
      got.push(body)
      answer.writeHead(state.status).end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve)
  })
  // It listens on a port, so its address is no path.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/uplinks`,
    get status() {
      return state.status
    },
    set status(next) {
      state.status = next
    },
    got,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const post = async (url: string, path: string, body: unknown): Promise<void> => {
  const isText = typeof body === "string"
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": isText ? "application/x-ndjson" : "application/json" },
    body: isText ? body : JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
}

/** A message heard by stations; each carries its configuration digest. */
export const send = async (
  url: string,
  seq: number,
  {
    atMs,
    isChanged = false,
    stations = ["BS-1"],
  }: {
    readonly atMs: number
    readonly isChanged?: boolean
    readonly stations?: ReadonlyArray<string>
  },
): Promise<void> => {
  const lines = stations.map((station, i) => {
    const { frame } = frameIn(meter.send(seq))
    return JSON.stringify({
      station,
      heardAt: atMs + i * 7,
      frame,
      rssiDbm: -110 - i,
      snrDb: 12,
      frequencyHz: 868_130_000,
      configDigest: isChanged && station === "BS-1" ? other : good,
    })
  })
  await post(url, "/ingest/frames", lines.join("\n"))
}

const frameIn = (input: ReturnType<typeof meter.send>): { readonly frame: string } => {
  if (input._tag !== "Frame") throw new Error("radio sends frames")
  return { frame: input.frame.frame }
}

/** Until here all is well; then number 13 comes from a station that changed, and number 12 once more. Gives when it began. */
export const tell = async (url: string): Promise<number> => {
  await post(url, "/api/customers", { customer: "hydro", name: "Hydro" })
  await post(url, "/api/devices", {
    device: "4D33DB",
    customer: "hydro",
    group: "meters",
    key: meter.keyHex,
  })
  for (const station of ["BS-1", "BS-2"]) {
    await post(url, "/api/stations", { station, name: `Antwerp ${station}`, city: "Antwerp" })
    await post(url, `/api/stations/${station}/reference`, { configDigest: good })
  }
  // What was heard before the reference values were adopted is not measured by them.
  const startMs = Date.now() + 1_000
  await send(url, 10, { atMs: startMs })
  await send(url, 11, { atMs: startMs + apartMs, stations: ["BS-1", "BS-2"] })
  await send(url, 12, { atMs: startMs + 2 * apartMs })
  await send(url, 13, { atMs: startMs + 3 * apartMs, isChanged: true })
  await send(url, 12, { atMs: startMs + 4 * apartMs, stations: ["BS-2"] })
  return startMs
}
