/** Every table that is kept. Parts as Parquet files hold the same ones. */
import type { Table } from "../Table.ts"
import { anomalySteps, deliveries, downlinks } from "./handedOn.ts"
import { messages, receptions } from "./messages.ts"
import { attestations, blocks, deviceSteps, policies, stationSteps } from "./parties.ts"

export const factTables: ReadonlyArray<Table> = [
  receptions,
  messages,
  deviceSteps,
  stationSteps,
  attestations,
  deliveries,
  downlinks,
  blocks,
  policies,
]

export const findingTables: ReadonlyArray<Table> = [anomalySteps]

export const tables: ReadonlyArray<Table> = [...factTables, ...findingTables]
