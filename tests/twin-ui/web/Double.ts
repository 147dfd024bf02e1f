/**
 * A double of the server, for developing and testing the page alone: the feed and the API over a made-up log
 * held in memory. It is no server of the twin's; what it answers about single things is thin.
 */
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join, normalize } from "node:path"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { Chain } from "../../../projections/chain/Chain.ts"
import * as Anomaly from "../../../projections/anomaly/Anomaly.ts"
import { coverageOf } from "../../../projections/anomaly/coverage.ts"
import { type ChainView, Grouping } from "../../../projections/chain/ChainView.ts"
import { rowOf } from "../../../projections/chain/EventRow.ts"
import type { State } from "../../../projections/chain/State.ts"
import { stepOf } from "../../../projections/chain/stepOf.ts"
import { histogramOf, Timeline } from "../../../projections/chain/Timeline.ts"
import { incidentsOf, viewOf } from "../../../projections/chain/view.ts"
import { coverageDevicesMax } from "../../../twin-ui/api/Coverage.ts"
import type { EntityState } from "../../../twin-ui/api/EntityState.ts"
import type { EventAnswer } from "../../../twin-ui/api/Events.ts"
import type { FeedMessage } from "../../../twin-ui/api/Feed.ts"
import type { TimelineAnswer } from "../../../twin-ui/api/Timeline.ts"

export interface Double {
  readonly url: string
  /** Events that have happened so far; the rest come live. */
  readonly happened: () => number
  /** Ends all feeds, as a broken line would. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

export interface Plan {
  readonly log: ReadonlyArray<Recorded>
  /** Part of the log that has happened when it starts. */
  readonly begun: number
  /** Event time over real time of what comes live; 0 for none. */
  readonly speed: number
  /** The built page. */
  readonly pageDir: string
}

const tickMs = 100

export const startDouble = async (plan: Plan): Promise<Double> => {
  const { log } = plan
  let head = Math.floor(log.length * plan.begun)
  const started = { at: Date.now(), ms: log[Math.max(0, head - 1)]?.occurredMs ?? 0 }
  const feeds = new Set<ServerResponse>()
  const live = setInterval(() => {
    const ms = started.ms + (Date.now() - started.at) * plan.speed
    while (plan.speed > 0 && head < log.length && log[head].occurredMs <= ms) head++
  }, tickMs)

  const stateAt = (position: number): State => {
    const state = Chain.initial()
    for (let i = 0; i <= position && i < head; i++) Chain.apply(state, log[i])
    return state
  }

  const feed = (request: IncomingMessage, answer: ServerResponse, query: URLSearchParams): void => {
    answer.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
    const at = query.get("at")
    const speed = Number(query.get("speed") ?? 0)
    const lastId = request.headers["last-event-id"]
    let position =
      typeof lastId === "string"
        ? Number(lastId)
        : at === null
          ? head - 1
          : Math.min(Number(at), head - 1)
    const state = stateAt(position)
    const by = byOf(query)
    let view: ChainView = viewOf(state, [], by)
    const send = (message: FeedMessage, id: number): void => {
      answer.write(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`)
    }
    if (lastId === undefined) send({ _tag: "view", view }, position)
    feeds.add(answer)
    let until = log[Math.max(0, position)]?.occurredMs ?? 0
    let caughtUp = at === null
    const timer = setInterval(() => {
      if (at !== null && speed === 0) return void answer.write(":\n\n")
      until += tickMs * speed
      const events: Array<Recorded> = []
      const limit = caughtUp ? Infinity : until
      while (position + 1 < head && log[position + 1].occurredMs <= limit) {
        position++
        Chain.apply(state, log[position])
        events.push(log[position])
      }
      if (events.length > 0) {
        const stepped = stepOf(view, state, events, [], by)
        view = stepped.view
        send({ _tag: "step", step: stepped.step }, position)
      } else answer.write(":\n\n")
      if (!caughtUp && position + 1 >= head) {
        caughtUp = true
        send({ _tag: "caught-up" }, position)
      }
    }, tickMs)
    answer.on("close", () => {
      clearInterval(timer)
      feeds.delete(answer)
    })
  }

  const timeline = (query: URLSearchParams): TimelineAnswer => {
    const state = Timeline.initial()
    for (let i = 0; i < head; i++) Timeline.apply(state, log[i])
    const [from, to] = [query.get("from"), query.get("to")]
    const { bars, ...rest } = histogramOf(
      state,
      {
        bars: Number(query.get("buckets") ?? 200),
        ...(from === null ? {} : { fromMs: Date.parse(from) }),
        ...(to === null ? {} : { toMs: Date.parse(to) }),
      },
      query.get("clock") === "recorded" ? "recorded" : "occurred",
    )
    return {
      ...rest,
      buckets: bars,
      incidents: incidentsOf(stateAt(head)),
      events: head,
      head: head - 1,
    }
  }

  const entity = (
    kind: "device" | "station" | "customer" | "message",
    id: string,
    at: number,
  ): EntityState | undefined => {
    const device = id.split(":")[0]
    const rows = log
      .slice(0, Math.min(head, at + 1))
      .filter(({ event }) =>
        kind === "message"
          ? "device" in event && event.device === device
          : kind in event &&
            Object.entries(event).some(([name, value]) => name === kind && value === id),
      )
      .slice(-40)
      .toReversed()
      .map(rowOf)
    if (rows.length === 0) return undefined
    const worst = rows.find(({ tone }) => tone === "refused") ?? rows[0]
    return {
      kind,
      id,
      title: id,
      status: worst.tone === "refused" ? "refused" : "as it should be",
      tone: worst.tone === "refused" ? "refused" : "good",
      summary: `Last event at ${new Date(rows[0].occurredMs).toISOString()}.`,
      position: at,
      occurredMs: rows[0].occurredMs,
      tables: [
        {
          title: "State",
          facts: [
            { label: "events here", value: String(rows.length), tone: "plain" },
            {
              label: "configuration digest",
              value: "51aa…0e93",
              tone: "refused",
              position: worst.position,
            },
            { label: "policy", value: "version 12", tone: "plain" },
          ],
        },
      ],
      why: [
        {
          text: `${worst.text}: ${worst.detail}`,
          tone: worst.tone,
          position: worst.position,
          because: [
            {
              text: "Reception carried digest 51aa… instead of 7b1d…",
              tone: "plain",
              position: Math.max(0, worst.position - 1),
              because: [],
            },
          ],
        },
      ],
      latest: rows,
    }
  }

  const event = (position: number): EventAnswer | undefined => {
    const recorded = log[position]
    if (recorded === undefined || position >= head) return undefined
    return {
      row: rowOf(recorded),
      stream: recorded.stream,
      revision: recorded.revision,
      causes: recorded.causes.map((cause) => rowOf(log[cause])),
      data: { ...recorded.event },
    }
  }

  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? "/", "http://double")
    if (url.pathname === "/feed/chain") return feed(request, answer, url.searchParams)
    if (url.pathname === "/api/timeline") return json(answer, timeline(url.searchParams))
    if (url.pathname === "/api/chain")
      return json(
        answer,
        viewOf(stateAt(Number(url.searchParams.get("at") ?? head)), [], byOf(url.searchParams)),
      )
    if (url.pathname === "/api/coverage") {
      const state = Anomaly.projection.initial()
      const end = Math.min(Number(url.searchParams.get("at") ?? head), head)
      for (let i = 0; i < end; i++) Anomaly.projection.apply(state, log[i])
      return json(answer, {
        position: end - 1,
        ...coverageOf(state, { devicesMax: coverageDevicesMax }),
      })
    }
    const one = /^\/api\/(device|station|customer|message)s\/(.+)$/.exec(url.pathname)
    if (one !== null) {
      // The pattern's own alternatives.
      const kind = one[1] as "device" | "station" | "customer" | "message"
      return json(
        answer,
        entity(kind, decodeURIComponent(one[2]), Number(url.searchParams.get("at") ?? head)),
      )
    }
    const place = /^\/api\/events\/(\d+)$/.exec(url.pathname)
    if (place !== null) return json(answer, event(Number(place[1])))
    void file(plan.pageDir, url.pathname, answer)
  })
  const { port } = await listen(server)
  const cut = (): void => {
    for (const answer of feeds) answer.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    happened: () => head,
    cut,
    close: () => {
      clearInterval(live)
      cut()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const byOf = (query: URLSearchParams): Grouping =>
  Grouping.literals.find((known) => known === query.get("by")) ?? "customer"

const json = (answer: ServerResponse, body: unknown): void => {
  if (body === undefined) {
    answer.writeHead(404, { "content-type": "application/problem+json" })
    answer.end(
      JSON.stringify({
        type: "about:blank",
        title: "not there",
        status: 404,
        detail: "There is no such thing at this instant.",
      }),
    )
    return
  }
  answer.writeHead(200, { "content-type": "application/json" })
  answer.end(JSON.stringify(body))
}

const listen = (server: Server): Promise<AddressInfo> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      // Listening on a port: the address is not a pipe's name.
      resolve(server.address() as AddressInfo)
    })
  })

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
}

const file = async (folder: string, path: string, answer: ServerResponse): Promise<void> => {
  const name = join(folder, normalize(path === "/" ? "/index.html" : path))
  const found = await stat(name).catch(() => undefined)
  if (found?.isFile() !== true) {
    answer.writeHead(404).end()
    return
  }
  answer.writeHead(200, {
    "content-type": types[extname(name)] ?? "application/octet-stream",
    // As strict as the server's own: what it forbids must fail here too.
    "content-security-policy":
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  })
  createReadStream(name).pipe(answer)
}
