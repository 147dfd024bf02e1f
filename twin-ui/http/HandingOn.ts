/**
 * Which requests another member of the log answers: what changes the twin goes to the one that leads, since one should write; what is asked
 * about one device to the one that has folded it. All else is answered here, of parts from all.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Slots from "../../core/kernel/Slots.ts"
import { type Member, Members } from "../../core/log/Members.ts"
import { OwnOnly, Shares } from "../../projections/run/Shares.ts"
import { handedOnHeader, handOn } from "./askMember.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Route } from "./Route.ts"

type Response = HttpServerResponse.HttpServerResponse

export interface HandingOn {
  /** Answers a request that passed its gate: by the route here, or by another member, in the name of who asks. */
  readonly answer: <R>(
    route: Route,
    request: HttpServerRequest.HttpServerRequest,
    viewer: string,
    here: Effect.Effect<Response, never, R>,
  ) => Effect.Effect<Response, never, R>
}

const devicePath = "/api/devices/:id"
const deviceIn = /^\/api\/devices\/([^/?]+)/

const alone: HandingOn = { answer: (_route, _request, _viewer, here) => here }

/** Where the log is not shared all is answered here. */
export const make: Effect.Effect<HandingOn> = Effect.gen(function* () {
  const found = yield* Effect.serviceOption(Shares)
  const joined = yield* Effect.serviceOption(Members)
  if (found._tag === "None" || joined._tag === "None") return alone
  const shares = found.value
  const members = joined.value

  const writerElsewhere = Effect.map(shares.leader, (leader) =>
    leader === undefined || leader.id === members.me ? undefined : leader,
  )

  const holderOf = (slot: number): Effect.Effect<Member | undefined> =>
    Effect.map(members.alive, (alive) =>
      alive.find(({ id, ready }) => id !== members.me && ready[slot]),
    )

  return {
    answer: (route, request, viewer, here) =>
      Effect.gen(function* () {
        const isHandedOn = request.headers[handedOnHeader] !== undefined
        const isChange = route.access === "ingest" || route.access === "command"
        const slot = route.path === devicePath ? slotIn(request.url) : undefined
        if (slot !== undefined && (yield* shares.ready)[slot])
          return yield* Effect.provideService(here, OwnOnly, true)
        if (isHandedOn) return yield* here
        const other = isChange
          ? yield* writerElsewhere
          : slot === undefined
            ? undefined
            : yield* holderOf(slot)
        if (other === undefined) return yield* here
        const body =
          request.method === "GET" || request.method === "HEAD"
            ? Effect.succeed(undefined)
            : request.arrayBuffer
        return yield* Effect.matchEffect(body, {
          onFailure: () =>
            Effect.succeed(
              Problem.toResponse(Problem.make("bad-request", "the body could not be read")),
            ),
          onSuccess: (bytes) =>
            handOn(other, {
              method: request.method,
              url: request.url,
              viewer,
              headers: request.headers,
              body: bytes,
            }),
        })
      }),
  }
})

const slotIn = (url: string): number | undefined => {
  const id = deviceIn.exec(url)?.[1]
  if (id === undefined) return undefined
  const device = Option.getOrUndefined(Parameter.device.read(decodeURIComponent(id)))
  return device === undefined ? undefined : Slots.slotOf(device)
}
