/** Incidents, one line each: the answer of `GET /api/incidents`. */
import * as Schema from "effect/Schema"
import { Incident } from "../../projections/chain/ChainView.ts"
import { EventRow } from "../../projections/chain/EventRow.ts"

const Moment = Schema.Struct({ position: Schema.Int, ms: Schema.Int })

export const IncidentLine = Schema.Struct({
  /** What began first. */
  label: Schema.String,
  start: Moment,
  /** Absent while it lasts. */
  end: Schema.optionalKey(Moment),
  /** The event it began with. */
  cause: Schema.optionalKey(EventRow),
  /** Refusals, failed attempts, receptions: of all parts together. */
  count: Schema.Int,
  devices: Schema.Array(Schema.String),
  stations: Schema.Array(Schema.String),
  customers: Schema.Array(Schema.String),
  dataCentres: Schema.Array(Schema.String),
  /** In the order in which they began. */
  parts: Schema.Array(Incident),
})
export type IncidentLine = typeof IncidentLine.Type

export const IncidentsAnswer = Schema.Struct({
  position: Schema.Int,
  total: Schema.Int,
  /** The one that began last first. */
  incidents: Schema.Array(IncidentLine),
})
export type IncidentsAnswer = typeof IncidentsAnswer.Type

export const incidentsLimitDefault = 50
export const incidentsLimitMax = 500
