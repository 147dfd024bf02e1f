/**
 * What the page is measured on: a made-up network that moves now, at so many events a second, folded into steps by the
 * same functions as the server's. Beside it, under `/reference`, the same network as a plain d3-force SVG.
 */
import { readFile } from "node:fs/promises"
import { createServer, type ServerResponse } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { extname, join, normalize } from "node:path"
import type { Recorded } from "../../core/event/Envelope.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import type { ChainView } from "../../projections/chain/ChainView.ts"
import { stepOf } from "../../projections/chain/stepOf.ts"
import { viewOf } from "../../projections/chain/view.ts"
import { type FeedMessage, stepsPerSecondMax } from "../../twin-ui/api/Feed.ts"
import { story } from "../projections/chain/Story.ts"

interface Plan {
  readonly stations: number
  readonly devices: number
  readonly perSecond: number
  readonly pageDir: string
}

/** Events that are played again and again, each time as of now. */
const loopMin = 20_000
/** How long a held instant takes, as one that must be rebuilt does. */
const pastMs = 1_000
export const stepMs = 1000 / stepsPerSecondMax

export const startStream = async (plan: Plan) => {
  const log = story({
    stations: plan.stations,
    devices: plan.devices,
    minutes: 10,
    messagesPerMinute: Math.ceil(loopMin / 40),
  })
  const begin = log.findIndex(({ event }) => event._tag === "FrameHeard")
  const loop = log.slice(begin)
  const state = Chain.initial()
  const startMs = Date.now()
  for (const recorded of log.slice(0, begin))
    Chain.apply(state, { ...recorded, occurredMs: startMs, recordedMs: startMs })
  let played = 0
  let view: ChainView = viewOf(state)
  const readers = new Set<ServerResponse>()
  const send = (message: FeedMessage): void => {
    const text = `id: ${view.position}\ndata: ${JSON.stringify(message)}\n\n`
    for (const reader of readers) reader.write(text)
  }
  const play = (): ReadonlyArray<Recorded> => {
    const wanted = Math.floor(((Date.now() - startMs) / 1000) * plan.perSecond)
    const events: Array<Recorded> = []
    const ms = Date.now()
    for (; played < wanted; played++) {
      const recorded = loop[played % loop.length]
      const now = { ...recorded, position: begin + played, occurredMs: ms, recordedMs: ms }
      Chain.apply(state, now)
      events.push(now)
    }
    return events
  }
  const timer = setInterval(() => {
    const events = play()
    if (events.length === 0) return
    const stepped = stepOf(view, state, events)
    view = stepped.view
    send({ _tag: "step", step: stepped.step })
  }, stepMs)

  const feed = (answer: ServerResponse, at: string | null): void => {
    answer.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
    if (at !== null) {
      const past = { _tag: "view", view: { ...view, position: Number(at) } }
      setTimeout(() => answer.write(`id: ${at}\ndata: ${JSON.stringify(past)}\n\n`), pastMs)
      return
    }
    answer.write(`id: ${view.position}\ndata: ${JSON.stringify({ _tag: "view", view })}\n\n`)
    readers.add(answer)
    answer.on("close", () => readers.delete(answer))
  }

  const server = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stream")
    if (pathname === "/feed/chain") return feed(answer, searchParams.get("at"))
    void answerTo(pathname, answer, plan.pageDir)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  // Listening on a port: the address is not a pipe's name.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: (): Promise<void> => {
      clearInterval(timer)
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
}

const d3Path = join(createRequire(import.meta.url).resolve("d3"), "..", "..", "dist", "d3.min.js")

const answerTo = async (path: string, answer: ServerResponse, pageDir: string): Promise<void> => {
  const give = (type: string, body: string | Buffer): void => {
    answer.writeHead(200, { "content-type": type })
    answer.end(body)
  }
  if (path === "/reference") return give("text/html", reference)
  if (path === "/d3.js") return give("text/javascript", await readFile(d3Path))
  const name = join(pageDir, normalize(path === "/" ? "/index.html" : path))
  const body = await readFile(name).catch(() => undefined)
  if (body !== undefined) return give(types[extname(name)] ?? "application/octet-stream", body)
  answer.writeHead(404).end()
}

/** What one writes first: every thing that the view shows a circle, every edge a line, a force that keeps them apart. */
const reference = `<!doctype html><meta charset="utf-8"><style>body{margin:0}</style><svg width="1600" height="1000"></svg>
<script src="/d3.js"></script><script>
let simulation
const svg = d3.select("svg")
const feed = new EventSource("/feed/chain")
const devices = new Map(), stations = new Map()
feed.onmessage = ({ data }) => {
  const { view, step } = JSON.parse(data)
  const from = view ?? step
  for (const group of from.groups) for (const device of group.shown ?? group.changed)
    devices.set(device.id, Object.assign(devices.get(device.id) ?? { id: device.id, group: group.key }, { verdict: device.verdict }))
  for (const station of from.stations)
    stations.set(station.id, Object.assign(stations.get(station.id) ?? { id: station.id }, { trust: station.trust }))
  const nodes = [...devices.values(), ...stations.values()]
  const ids = [...stations.keys()]
  const links = [...devices.values()].map((device, i) => ({ source: device, target: stations.get(ids[i % ids.length]) }))
  if (simulation === undefined) {
    simulation = d3.forceSimulation(nodes).force("charge", d3.forceManyBody().strength(-4))
      .force("link", d3.forceLink(links).distance(20)).force("center", d3.forceCenter(800, 500))
      .on("tick", () => {
        svg.selectAll("line").data(links).join("line").attr("stroke", "#999")
          .attr("x1", (d) => d.source.x).attr("y1", (d) => d.source.y).attr("x2", (d) => d.target.x).attr("y2", (d) => d.target.y)
        svg.selectAll("circle").data(nodes).join("circle").attr("r", 3).attr("cx", (d) => d.x).attr("cy", (d) => d.y)
          .attr("fill", (d) => d.verdict === "refused" || d.trust === "lost" ? "#d55e00" : "#0072b2")
      })
  } else simulation.alpha(0.3).restart()
}
</script>`
