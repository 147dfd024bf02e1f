/** What the program tells of itself to others: its log lines as JSON, its traces over OTLP. Both off unless asked for. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as OtlpExporter from "effect/observability/OtlpExporter"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Option from "effect/Option"
import * as Traces from "../core/network/Traces.ts"
import * as config from "./config.ts"

/** Log lines in the form that was asked for. */
export const logLines = Layer.unwrap(
  Effect.map(Effect.orDie(config.logFormat), (format) =>
    format === "json" ? Logger.layer([Logger.consoleJson]) : Layer.empty,
  ),
)

/** Spans of ingest requests and of the deliveries they led to, sent to a collector. */
export const traces = (version: string) =>
  Layer.unwrap(
    Effect.map(Effect.orDie(config.otlpEndpoint), (endpoint) =>
      Option.isNone(endpoint)
        ? Layer.empty
        : Layer.merge(
            Layer.succeed(Traces.Traces, Traces.make()),
            OtlpTracer.layer({
              url: `${endpoint.value.replace(/\/$/, "")}/v1/traces`,
              resource: { serviceName: "sigtwin", serviceVersion: version },
            }).pipe(
              Layer.provide(OtlpExporter.layerFlusher),
              Layer.provide(OtlpSerialization.layerJson),
              Layer.provide(NodeHttpClient.layerNodeHttp),
            ),
          ),
    ),
  )
