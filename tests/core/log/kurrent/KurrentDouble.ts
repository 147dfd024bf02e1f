/**
 * A test double of a KurrentDB server: it speaks the server's gRPC protocol, by the service definitions that the client
 * ships, to the real client. It is no database and no product.
 *
 * It serves what the log's adapter asks for: appends (single and batched), reads of a stream both ways, subscriptions
 * to a stream, the list of features and the gossip of a cluster of one. Streams are kept in `Storage.ts`, which outlives it.
 *
 * Faults, for tests: `hold` stops answering and taking in (a paused server), `dropAnswers` takes an append in and cuts
 * the connection before it says so, `dropAppends` cuts it before taking it in, `stop` kills it.
 */
import * as grpc from "@grpc/grpc-js"
import gossipServices from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_grpc_pb.js"
import gossip from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js"
import featureServices from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js"
import features from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js"
import shared from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js"
import status from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js"
import streamServices from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js"
import streams from "@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js"
import type { Expected, Outcome, Proposed, Storage, Stored } from "./Storage.ts"

export interface Options {
  /** 0 lets the system choose. */
  readonly port?: number
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer }
  /** Who may come in; anybody where absent. */
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Bytes of one append, as `MaxAppendSize` of a real server. */
  readonly appendBytesMax?: number
}

export interface Double {
  readonly port: number
  readonly hold: () => void
  readonly release: () => void
  /** So many of the next appends to a log's commits are taken in, and their answer is lost. */
  readonly dropAnswers: (count: number) => void
  /** So many of the next appends to a log's commits are lost on the way, after some that are not. */
  readonly dropAppends: (count: number, after?: number) => void
  /** All connections end at once. */
  readonly stop: () => void
}

/** As the server's default. */
const appendBytesDefault = 1 << 20

export const start = async (storage: Storage, options: Options = {}): Promise<Double> => {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 1 << 26 })
  let released: Promise<void> | undefined
  let release: (() => void) | undefined
  let answersToDrop = 0
  let appendsToDrop = 0
  let appendsToPass = 0

  const guarded = (call: {
    readonly metadata: grpc.Metadata
  }): Partial<grpc.StatusObject> | undefined => {
    if (options.credentials === undefined) return undefined
    const { password, username } = options.credentials
    const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`
    if (String(call.metadata.get("authorization")[0]) === wanted) return undefined
    return { code: grpc.status.UNAUTHENTICATED, details: "Authentication failed" }
  }

  /** The outcome, or undefined where the connection is to be cut. */
  const append = (
    stream: string,
    expected: Expected,
    events: ReadonlyArray<Proposed>,
  ): Outcome | undefined => {
    if (!stream.endsWith(":log")) return storage.append(stream, expected, events)
    if (appendsToDrop > 0 && appendsToPass-- <= 0) {
      appendsToDrop--
      return undefined
    }
    const outcome = storage.append(stream, expected, events)
    if (answersToDrop > 0) {
      answersToDrop--
      return undefined
    }
    return outcome
  }

  const isTooLarge = (events: ReadonlyArray<Proposed>): boolean =>
    events.reduce((sum, { customMetadata, data }) => sum + data.length + customMetadata.length, 0) >
    (options.appendBytesMax ?? appendBytesDefault)

  server.addService(streamServices.StreamsService, {
    append: (
      call: grpc.ServerReadableStream<streams.AppendReq, streams.AppendResp>,
      callback: grpc.sendUnaryData<streams.AppendResp>,
    ) => {
      const refused = guarded(call)
      if (refused !== undefined) return callback(refused)
      const requests: Array<streams.AppendReq> = []
      call.on("data", (request: streams.AppendReq) => requests.push(request))
      call.on("end", async () => {
        await released
        const header = requests[0]?.getOptions()
        const events = requests.slice(1).map((each) => proposedOf(each.getProposedMessage()))
        const name = nameOf(header?.getStreamIdentifier())
        if (isTooLarge(events)) return callback(tooLarge(appendBytesDefault))
        const outcome = append(
          name,
          header === undefined ? "any" : expectedOfAppend(header),
          events,
        )
        if (outcome === undefined)
          return callback({ code: grpc.status.UNAVAILABLE, details: "cut" })
        callback(null, appendAnswer(outcome, header))
      })
    },

    batchAppend: (
      call: grpc.ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
    ) => {
      const refused = guarded(call)
      if (refused !== undefined) {
        call.emit("error", refused)
        return
      }
      const open = new Map<
        string,
        { readonly options: streams.BatchAppendReq.Options; readonly events: Array<Proposed> }
      >()
      const take = async (request: streams.BatchAppendReq): Promise<void> => {
        await released
        const id = request.getCorrelationId()
        const key = id?.getString() !== "" ? (id?.getString() ?? "") : structuredText(id)
        const header = request.getOptions()
        if (header !== undefined) open.set(key, { options: header, events: [] })
        const entry = open.get(key)
        if (entry === undefined) return
        entry.events.push(...request.getProposedMessagesList().map(proposedOf))
        if (!request.getIsFinal()) return
        open.delete(key)
        const name = nameOf(entry.options.getStreamIdentifier())
        const answer = new streams.BatchAppendResp()
        answer.setCorrelationId(id)
        answer.setStreamIdentifier(entry.options.getStreamIdentifier())
        if (isTooLarge(entry.events)) {
          const detail = new shared.MaximumAppendSizeExceeded()
          detail.setMaxappendsize(options.appendBytesMax ?? appendBytesDefault)
          answer.setError(
            errorOf("event_store.client.MaximumAppendSizeExceeded", detail.serializeBinary()),
          )
          call.write(answer)
          return
        }
        const outcome = append(name, expectedOfBatch(entry.options), entry.events)
        if (outcome === undefined) {
          call.emit("error", { code: grpc.status.UNAVAILABLE, details: "cut" })
          return
        }
        if (outcome._tag === "Appended") {
          const success = new streams.BatchAppendResp.Success()
          success.setCurrentRevision(String(outcome.revision))
          const position = new shared.AllStreamPosition()
          position.setCommitPosition(String(outcome.position))
          position.setPreparePosition(String(outcome.position))
          success.setPosition(position)
          answer.setSuccess(success)
        } else {
          const wrong = new shared.WrongExpectedVersion()
          if (outcome.current >= 0) wrong.setCurrentStreamRevision(String(outcome.current))
          else wrong.setCurrentNoStream(new shared.Empty())
          wrong.setExpectedStreamPosition(entry.options.getStreamPosition())
          answer.setError(
            errorOf("event_store.client.WrongExpectedVersion", wrong.serializeBinary()),
          )
        }
        call.write(answer)
      }
      let turn: Promise<void> = Promise.resolve()
      call.on("data", (request: streams.BatchAppendReq) => {
        turn = turn.then(() => take(request))
      })
      call.on("end", () => call.end())
      call.on("error", () => {})
    },

    read: async (call: grpc.ServerWritableStream<streams.ReadReq, streams.ReadResp>) => {
      const refused = guarded(call)
      if (refused !== undefined) {
        call.emit("error", refused)
        return
      }
      await released
      const asked = call.request.getOptions()
      const of = asked?.getStream()
      if (asked === undefined || of === undefined) {
        call.emit("error", {
          code: grpc.status.UNIMPLEMENTED,
          details: "the double reads streams only",
        })
        return
      }
      if (asked.hasSubscription()) subscribe(storage, call, of, () => released)
      else readOnce(storage, call, asked, of)
    },
    delete: unimplemented,
    tombstone: unimplemented,
  })

  server.addService(featureServices.ServerFeaturesService, {
    getSupportedMethods: async (
      _call: unknown,
      callback: grpc.sendUnaryData<features.SupportedMethods>,
    ) => {
      await released
      const methods = new features.SupportedMethods()
      methods.setEventStoreServerVersion("24.10.0")
      methods.setMethodsList(
        ["read", "append", "batchappend"].map((name) => {
          const method = new features.SupportedMethod()
          method.setServiceName("event_store.client.streams.streams")
          method.setMethodName(name)
          return method
        }),
      )
      callback(null, methods)
    },
  })

  server.addService(gossipServices.GossipService, {
    read: async (_call: unknown, callback: grpc.sendUnaryData<gossip.ClusterInfo>) => {
      await released
      const member = new gossip.MemberInfo()
      const id = new shared.UUID()
      id.setString("00000000-0000-4000-8000-000000000001")
      member.setInstanceId(id)
      member.setState(gossip.MemberInfo.VNodeState.LEADER)
      member.setIsAlive(true)
      const endpoint = new gossip.EndPoint()
      endpoint.setAddress("127.0.0.1")
      endpoint.setPort(port)
      member.setHttpEndPoint(endpoint)
      const info = new gossip.ClusterInfo()
      info.setMembersList([member])
      callback(null, info)
    },
  })

  const credentials =
    options.tls === undefined
      ? grpc.ServerCredentials.createInsecure()
      : grpc.ServerCredentials.createSsl(null, [
          { cert_chain: options.tls.certificate, private_key: options.tls.key },
        ])
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })

  return {
    port,
    hold: () => {
      released ??= new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => {
      release?.()
      released = undefined
    },
    dropAnswers: (count) => {
      answersToDrop = count
    },
    dropAppends: (count, after = 0) => {
      appendsToDrop = count
      appendsToPass = after
    },
    stop: () => server.forceShutdown(),
  }
}

const unimplemented = (_call: unknown, callback: grpc.sendUnaryData<never>): void =>
  callback({ code: grpc.status.UNIMPLEMENTED, details: "not served by the double" })

type ReadCall = grpc.ServerWritableStream<streams.ReadReq, streams.ReadResp>

const readOnce = (
  storage: Storage,
  call: ReadCall,
  asked: streams.ReadReq.Options,
  of: streams.ReadReq.Options.StreamOptions,
): void => {
  const name = nameOf(of.getStreamIdentifier())
  const held = storage.stream(name)
  if (held === undefined) {
    const missing = new streams.ReadResp.StreamNotFound()
    missing.setStreamIdentifier(of.getStreamIdentifier())
    const answer = new streams.ReadResp()
    answer.setStreamNotFound(missing)
    call.write(answer)
    call.end()
    return
  }
  const isForwards = asked.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS
  const count = Math.min(Number(asked.getCount()), held.length)
  const from = of.hasStart()
    ? 0
    : of.hasEnd()
      ? held.length - (isForwards ? 0 : 1)
      : Number(of.getRevision())
  const wanted = isForwards
    ? held.slice(from, from + count)
    : held
        .slice(
          Math.max(0, Math.min(from, held.length - 1) - count + 1),
          Math.min(from, held.length - 1) + 1,
        )
        .toReversed()
  for (const event of wanted) call.write(eventAnswer(event))
  call.end()
}

const subscribe = (
  storage: Storage,
  call: ReadCall,
  of: streams.ReadReq.Options.StreamOptions,
  held: () => Promise<void> | undefined,
): void => {
  const name = nameOf(of.getStreamIdentifier())
  const confirmation = new streams.ReadResp.SubscriptionConfirmation()
  confirmation.setSubscriptionId("00000000-0000-4000-8000-000000000002")
  const confirmed = new streams.ReadResp()
  confirmed.setConfirmation(confirmation)
  call.write(confirmed)
  // A subscription from a revision begins behind it.
  let next = of.hasStart()
    ? 0
    : of.hasEnd()
      ? (storage.stream(name)?.length ?? 0)
      : Number(of.getRevision()) + 1
  const send = async () => {
    await held()
    const all = storage.stream(name) ?? []
    while (next < all.length && !call.destroyed) call.write(eventAnswer(all[next++]))
  }
  const unwatch = storage.watch(() => void send())
  call.on("cancelled", unwatch)
  call.on("close", unwatch)
  call.on("error", unwatch)
  const begin = async () => {
    await send()
    const caughtUp = new streams.ReadResp()
    caughtUp.setCaughtUp(new streams.ReadResp.CaughtUp())
    if (!call.destroyed) call.write(caughtUp)
  }
  void begin()
}

const eventAnswer = (stored: Stored): streams.ReadResp => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
  const id = new shared.UUID()
  id.setString(stored.id)
  recorded.setId(id)
  const name = new shared.StreamIdentifier()
  name.setStreamName(Buffer.from(stored.stream, "utf8"))
  recorded.setStreamIdentifier(name)
  recorded.setStreamRevision(String(stored.revision))
  recorded.setPreparePosition(String(stored.revision))
  recorded.setCommitPosition(String(stored.revision))
  for (const [key, value] of stored.metadata) recorded.getMetadataMap().set(key, value)
  recorded.getMetadataMap().set("created", "17000000000000000")
  recorded.setCustomMetadata(stored.customMetadata)
  recorded.setData(stored.data)
  const event = new streams.ReadResp.ReadEvent()
  event.setEvent(recorded)
  event.setNoPosition(new shared.Empty())
  const answer = new streams.ReadResp()
  answer.setEvent(event)
  return answer
}

const appendAnswer = (
  outcome: Outcome,
  asked: streams.AppendReq.Options | undefined,
): streams.AppendResp => {
  const answer = new streams.AppendResp()
  if (outcome._tag === "Appended") {
    const success = new streams.AppendResp.Success()
    success.setCurrentRevision(String(outcome.revision))
    const position = new streams.AppendResp.Position()
    position.setCommitPosition(String(outcome.position))
    position.setPreparePosition(String(outcome.position))
    success.setPosition(position)
    answer.setSuccess(success)
    return answer
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion()
  if (outcome.current >= 0) wrong.setCurrentRevision(String(outcome.current))
  else wrong.setCurrentNoStream(new shared.Empty())
  wrong.setExpectedRevision(asked?.getRevision() ?? "0")
  answer.setWrongExpectedVersion(wrong)
  return answer
}

const tooLarge = (bytes: number): Partial<grpc.StatusObject> => {
  const metadata = new grpc.Metadata()
  metadata.set("exception", "maximum-append-size-exceeded")
  metadata.set("maximum-append-size", String(bytes))
  return { code: grpc.status.INVALID_ARGUMENT, details: "too large", metadata }
}

/** A status with a detail in it: written by hand, because the client's own `Any` belongs to its copy of the library. */
const errorOf = (type: string, detail: Uint8Array): status.Status =>
  status.Status.deserializeBinary(
    fields(
      [2, Buffer.from(type)],
      [3, fields([1, Buffer.from(`type.googleapis.com/${type}`)], [2, detail])],
    ),
  )

/** Length-delimited fields of a protobuf message. */
const fields = (
  ...given: ReadonlyArray<readonly [number: number, bytes: Uint8Array]>
): Uint8Array =>
  Buffer.concat(
    given.flatMap(([number, bytes]) => {
      if (bytes.length > 127 * 128) throw new RangeError("longer than the double needs")
      const length =
        bytes.length < 128 ? [bytes.length] : [128 | (bytes.length & 127), bytes.length >> 7]
      return [Buffer.from([(number << 3) | 2, ...length]), bytes]
    }),
  )

const nameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString("utf8")

const structuredText = (id: shared.UUID | undefined): string => {
  const parts = id?.getStructured()
  return `${parts?.getMostSignificantBits()}:${parts?.getLeastSignificantBits()}`
}

interface ProposedMessage {
  readonly getId: () => shared.UUID | undefined
  readonly getMetadataMap: () => {
    readonly forEach: (each: (value: string, key: string) => void) => void
  }
  readonly getCustomMetadata_asU8: () => Uint8Array
  readonly getData_asU8: () => Uint8Array
}

const proposedOf = (message: ProposedMessage | undefined): Proposed => {
  const metadata = new Map<string, string>()
  message?.getMetadataMap().forEach((value, key) => metadata.set(key, value))
  const id = message?.getId()
  return {
    id: id?.getString() !== "" ? (id?.getString() ?? "") : structuredText(id),
    metadata,
    customMetadata: message?.getCustomMetadata_asU8() ?? new Uint8Array(),
    data: message?.getData_asU8() ?? new Uint8Array(),
  }
}

const expectedOfAppend = (asked: streams.AppendReq.Options): Expected => {
  if (asked.hasAny()) return "any"
  if (asked.hasNoStream()) return "no-stream"
  return asked.hasStreamExists() ? "stream-exists" : Number(asked.getRevision())
}

const expectedOfBatch = (asked: streams.BatchAppendReq.Options): Expected => {
  if (asked.hasAny()) return "any"
  if (asked.hasNoStream()) return "no-stream"
  return asked.hasStreamExists() ? "stream-exists" : Number(asked.getStreamPosition())
}
