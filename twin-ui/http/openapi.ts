/**
 * The OpenAPI 3.1 document, made from the routes that are served: nothing is written twice.
 */
import * as Schema from "effect/Schema"
import type { Parameter } from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Access, Answer, Route } from "./Route.ts"

/** JSON whose members are written one by one below. */
export type Document = Readonly<Record<string, unknown>>

const tags = {
  ingest: "What comes in: callbacks of a Sigfox backend, and frames from receivers.",
  state: "The twin as of now, or as of any position or instant (`at`).",
  analytics: "Questions over tables made of the log: SQL, and questions that have a name.",
  events: "The log: what happened, newest first.",
  feed: "What happens, as it happens: server-sent events.",
  cases: "Investigations: notes, pinned instants, bookmarks and findings, kept beside the log.",
  commands: "What changes the twin. Each is decided on, and recorded as events.",
  service: "The server itself.",
}

/** Problems that a route's access may give, beside its own. */
const accessProblems: Readonly<Record<Access, ReadonlyArray<Problem.Kind>>> = {
  page: ["foreign-host"],
  api: ["foreign-host", "foreign-origin", "no-login", "not-permitted", "too-often"],
  ingest: ["foreign-host", "foreign-origin", "no-token", "no-login", "not-permitted", "too-often"],
  command: ["foreign-host", "foreign-origin", "no-token", "no-login", "not-permitted", "too-often"],
}

/** Every problem a route may answer with. */
export const problemsOf = (route: Route): ReadonlyArray<Problem.Kind> => {
  const read = Object.keys(route.params).length + Object.keys(route.query).length
  const all = new Set<Problem.Kind>([
    ...accessProblems[route.access],
    ...(read > 0 ? (["bad-request"] as const) : []),
    ...(route.problems ?? []),
    "our-bug",
  ])
  return [...all]
}

/** `/api/devices/:id` as OpenAPI writes it: `/api/devices/{id}`. */
export const pathOf = (route: Route): string => route.path.replace(/:([A-Za-z]+)/g, "{$1}")

export const make = (routes: ReadonlyArray<Route>, version: string): Document => {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = (paths[pathOf(route)] ??= {})
    path[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "sigtwin",
      version,
      description:
        "An event-sourced digital twin of a Sigfox network's security chain. Times are ISO 8601 UTC or, in members that end in `Ms`, milliseconds since 1970. Errors are `application/problem+json` (RFC 9457).",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        ingest: {
          type: "http",
          scheme: "bearer",
          description: "Where `SIGTWIN_INGEST_TOKEN` is set.",
        },
        command: {
          type: "http",
          scheme: "bearer",
          description: "Where `SIGTWIN_COMMAND_TOKEN` is set.",
        },
      },
    },
  }
}

const operationOf = (route: Route): Document => ({
  operationId: route.operation,
  tags: [route.tag],
  summary: route.summary,
  ...(route.description === undefined ? {} : { description: route.description }),
  ...parametersOf(route),
  ...(route.body === undefined ? {} : { requestBody: bodyOf(route.body) }),
  // The empty requirement says that it is asked for only where a token is set.
  ...(route.access === "ingest" || route.access === "command"
    ? { security: [{ [route.access]: [] }, {}] }
    : {}),
  responses: { ...answersOf(route), ...problemAnswersOf(route) },
})

const parametersOf = (route: Route): Document => {
  const all = [
    ...Object.entries(route.params).map(([name, parameter]) =>
      parameterOf("path", name, parameter),
    ),
    ...Object.entries(route.query).map(([name, parameter]) =>
      parameterOf("query", name, parameter),
    ),
  ]
  return all.length === 0 ? {} : { parameters: all }
}

const parameterOf = (
  place: "path" | "query",
  name: string,
  parameter: Parameter<unknown>,
): Document => ({
  name,
  in: place,
  required: place === "path",
  description: parameter.description,
  schema: parameter.schema,
})

const bodyOf = (body: NonNullable<Route["body"]>): Document => ({
  description: body.description,
  required: true,
  content: Object.fromEntries(
    body.contentTypes.map((type) => [
      type,
      body.schema === undefined ? {} : { schema: jsonSchemaOf(body.schema) },
    ]),
  ),
})

const answersOf = (route: Route): Document =>
  Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer)]),
  )

const answerOf = ({ description, contentType, schema }: Answer): Document => ({
  description,
  ...(contentType === undefined
    ? {}
    : { content: { [contentType]: schema === undefined ? {} : { schema: jsonSchemaOf(schema) } } }),
})

/** One answer a status, naming each kind of problem that has it. */
const problemAnswersOf = (route: Route): Document => {
  const byStatus = new Map<number, Array<Problem.Kind>>()
  for (const kind of problemsOf(route)) {
    const status = Problem.statusOf(kind)
    byStatus.set(status, [...(byStatus.get(status) ?? []), kind])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, kinds]) => [
      status,
      {
        description: kinds.map((kind) => `${kind}: ${Problem.kinds[kind][2]}`).join(" "),
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    ]),
  )
}

/** The schema's JSON form. Shared parts stand in `$defs` of the same schema, so that it is whole by itself. */
const jsonSchemaOf = (schema: Schema.Constraint): unknown => {
  const document = Schema.toJsonSchemaDocument(schema)
  return Object.keys(document.definitions).length === 0
    ? document.schema
    : { ...document.schema, $defs: document.definitions }
}

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: {
      type: "string",
      enum: Object.keys(Problem.kinds).map((kind) => `/docs#problem-${kind}`),
    },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What was wrong, for people." },
    where: {
      type: "string",
      description: "Where: `query.at`, `header.host`, a JSON path, a line.",
    },
    refused: {
      type: "array",
      description: "Each part that was refused, up to a bound; `refusedCount` counts all.",
      items: {
        type: "object",
        properties: {
          reason: { type: "string" },
          where: { type: "string" },
          detail: { type: "string" },
        },
      },
    },
    refusedCount: { type: "integer" },
  },
}
