/** What goes to customers and back to devices, and what the twin noticed. */
import { DownlinkBy, DownlinkRefusalReason } from "../../../core/event/downlink.ts"
import { column, place, type Table } from "../Table.ts"

const obligation = [
  column("device", "VARCHAR", "Device whose message it is."),
  column("seq", "SMALLINT", "The message's number."),
  column("epoch", "INTEGER", "The message's epoch."),
]

export const deliveries: Table = {
  name: "deliveries",
  about:
    "The delivery ledger, a row a step: owed with the acceptance, then each attempt, until it succeeded or was given up.",
  columns: [
    ...place,
    ...obligation,
    column("customer", "VARCHAR", "Whom it is for."),
    column("destination", "VARCHAR", "Where it goes."),
    column(
      "notice",
      "VARCHAR",
      "What is delivered: the message, or what became of it (data-advanced, acknowledge …).",
    ),
    column("step", "VARCHAR", "owed, succeeded, failed, abandoned or asked-again.", [
      "owed",
      "succeeded",
      "failed",
      "abandoned",
      "asked-again",
    ]),
    column("attempt", "INTEGER", "Which attempt; with abandoned: how many there were."),
    column("status", "SMALLINT", "HTTP status of the answer; empty where there was none."),
    column("error", "VARCHAR", "timeout, refused, status …"),
    column("duration_ms", "DOUBLE", "How long the attempt took, ms."),
    column("next_attempt_at", "TIMESTAMP", "When it is tried again."),
  ],
}

export const downlinks: Table = {
  name: "downlinks",
  about: "Answers to devices, a row a step, from the asking to the confirmation.",
  columns: [
    ...place,
    ...obligation,
    column("step", "VARCHAR", "asked, scheduled, refused …", [
      "asked",
      "scheduled",
      "refused",
      "transmitted",
      "not-transmitted",
      "confirmed",
      "unconfirmed",
      "stray",
    ]),
    column("station", "VARCHAR", "Who sends it."),
    column(
      "answered_by",
      "VARCHAR",
      "Whose payload it is: the customer's or the default.",
      DownlinkBy.literals,
    ),
    column("reason", "VARCHAR", "Why it was refused.", DownlinkRefusalReason.literals),
    column("error", "VARCHAR", "Why it was not transmitted."),
    column("frequency_hz", "DOUBLE", "At which frequency, Hz."),
    column("transmit_at", "TIMESTAMP", "When it is to be sent."),
    column("closes_at", "TIMESTAMP", "End of the window in which the device listens."),
    column("rssi_dbm", "SMALLINT", "As the device heard it, dBm."),
    column("policy", "INTEGER", "Version of the policy."),
  ],
}

export const anomalySteps: Table = {
  name: "anomaly_steps",
  about: "Each time the twin said something of a finding. The table anomalies is made of it.",
  columns: [
    ...place,
    column("finding", "VARCHAR", "Name of the finding."),
    column("kind", "VARCHAR", "clone, replay, jamming …"),
    column("device", "VARCHAR", "Device it is about."),
    column("station", "VARCHAR", "Station it is about."),
    column("area", "VARCHAR", "City it is about."),
    column("message", "VARCHAR", "The latest message concerned, as DEVICE:SEQ."),
    column("benign", "BOOLEAN", "Happens without anybody meaning harm."),
    column("confidence", "DOUBLE", "How sure the twin is, 0..1."),
    column("times", "INTEGER", "How often it happened."),
    column("began_at", "TIMESTAMP", "When it began, by the sources' clocks."),
    column("last_at", "TIMESTAMP", "When it happened last."),
    column("found_position", "BIGINT", "Position of the event at which the twin first said so."),
    column("facts", "VARCHAR", "What speaks for it, as JSON."),
  ],
}
