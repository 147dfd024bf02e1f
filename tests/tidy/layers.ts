/**
 * Which part may import which: the arrows of ARCHITECTURE.md, finer than packages could say them.
 *
 * A part is the first folder of this list that a path lies in; it may import itself and what is
 * named behind it. `*` in a name stands for one folder.
 */
const core = [
  "core/kernel",
  "core/crypto",
  "core/frame",
  "core/attestation",
  "core/event",
  "core/access",
  "core/stream",
  "core/decide",
  "core/keys",
  "core/log",
  "core/ingest",
  "core/network",
]
const facts = [
  "core/kernel",
  "core/event",
  "core/access",
  "core/frame",
  "core/attestation",
  "core/decide",
  "projections/Projection.ts",
]
const views = ["projections/*"]

export const layers: ReadonlyArray<readonly [part: string, may: ReadonlyArray<string>]> = [
  ["core/kernel", []],
  ["core/crypto", ["core/kernel"]],
  ["core/frame", ["core/kernel"]],
  ["core/attestation", ["core/kernel"]],
  ["core/event", ["core/kernel", "core/attestation"]],
  ["core/access", ["core/kernel", "core/event"]],
  ["core/stream", ["core/kernel"]],
  ["core/decide", ["core/kernel", "core/event", "core/frame", "core/attestation", "core/access"]],
  ["core/keys", ["core/kernel", "core/event", "core/crypto"]],
  ["core/log", ["core/kernel", "core/event", "core/crypto"]],
  ["core/ingest", core.filter((part) => part !== "core/network")],
  ["core/network", core],
  [
    "core/sim",
    ["core/kernel", "core/event", "core/frame", "core/attestation", "core/decide", "core/crypto"],
  ],
  ["projections/Projection.ts", ["core/kernel", "core/event"]],
  ["projections/all.ts", views],
  [
    "projections/run",
    [
      ...core.filter((part) => part !== "core/ingest"),
      ...views,
      "projections/all.ts",
      "projections/Projection.ts",
      "projections/time",
    ],
  ],
  [
    "projections/time",
    [
      ...core.filter((part) => part !== "core/ingest"),
      ...views,
      "projections/Projection.ts",
      "projections/run",
    ],
  ],
  [
    "projections/analytics",
    [
      ...core.filter((part) => part !== "core/ingest"),
      ...views,
      "projections/Projection.ts",
      "projections/run",
      "projections/time",
    ],
  ],
  ["projections/*", facts],
  ["twin-ui/api", ["core/kernel", "core/event", "core/attestation", ...views]],
  [
    "twin-ui/web",
    [
      "twin-ui/api",
      "core/kernel",
      "core/stream",
      "core/frame",
      "core/attestation",
      "core/event",
      ...views,
    ],
  ],
  ["twin-ui/cli", ["core", "projections", "twin-ui"]],
  [
    "twin-ui/http",
    [
      ...core,
      "projections",
      "twin-ui/api",
      "twin-ui/http",
      "twin-ui/config.ts",
      "twin-ui/layers.ts",
      "twin-ui/web/build.ts",
    ],
  ],
  [
    "twin-ui",
    [
      ...core,
      "projections",
      "twin-ui/api",
      "twin-ui/http",
      "twin-ui/web/build.ts",
      "twin-ui/config.ts",
      "twin-ui/layers.ts",
    ],
  ],
]

/** Parts that also run in a browser, or are pure: nothing of Node. */
export const withoutNode = [
  "core/kernel",
  "core/frame",
  "core/attestation",
  "core/event",
  "core/access",
  "core/decide",
  "core/stream",
  "core/sim",
  "projections",
  "twin-ui/api",
  "twin-ui/web",
]

/** Of those, the parts that do run only on Node: they say so here. */
export const onNode = [
  "projections/run",
  "projections/time",
  "projections/analytics",
  "twin-ui/web/build.ts",
]

export const liesIn = (path: string, part: string): boolean => {
  const steps = path.split("/")
  const wanted = part.split("/")
  return wanted.every((step, i) => step === steps[i] || (step === "*" && steps[i] !== undefined))
}

export const layerOf = (path: string): readonly [string, ReadonlyArray<string>] | undefined =>
  layers.find(([part]) => liesIn(path, part))

/** Whether a file may import another of the project's own. */
export const mayImport = (from: string, to: string): boolean => {
  const layer = layerOf(from)
  if (layer === undefined) return false
  const [part, may] = layer
  const own = part === "projections/*" ? from.split("/").slice(0, 2).join("/") : part
  if (liesIn(to, own)) return true
  // A projection is no other projection's business, unless it is asked for by name.
  return may.some((allowed) => liesIn(to, allowed) && layerOf(to) !== undefined)
}
