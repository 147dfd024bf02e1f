/** Messages and who heard them. */
import { Standing } from "../../../core/event/attestation.ts"
import { MessageKind, AcceptWarning, RefusalReason } from "../../../core/event/decision.ts"
import { FrameCheck } from "../../../core/event/reception.ts"
import { column, place, type Table } from "../Table.ts"

export const checks: ReadonlyArray<string> = [...FrameCheck.literals, "not-a-frame", "reported"]

const message = column(
  "message",
  "BIGINT",
  "The message: position of its first reception or report. Empty where a reception proves none.",
)

export const receptions: Table = {
  name: "receptions",
  about:
    "One copy of one transmission, heard by one station; or what a network reported of one station's part in a message.",
  columns: [
    ...place,
    message,
    column("device", "VARCHAR", "As the frame claims; proved only where checked is ok."),
    column("station", "VARCHAR", "Who heard it."),
    column("source", "VARCHAR", "Where the fact came from: frames, callbacks, denver …"),
    column(
      "checked",
      "VARCHAR",
      "What its checks gave, or reported: told by a network and not checked by the twin.",
      checks,
    ),
    column("rank", "TINYINT", "Which of the message's three transmissions, 1..3."),
    column(
      "repetitions",
      "TINYINT",
      "How many of the three the station heard, where a report tells that.",
    ),
    column(
      "mean_rank",
      "FLOAT",
      "Mean rank of the transmissions heard, 0..2, where a report tells that.",
    ),
    column("seq", "SMALLINT", "The device's number of the message."),
    column("rssi_dbm", "FLOAT", "Signal strength at the station, dBm."),
    column("snr_db", "FLOAT", "Signal to noise, dB."),
    column("frequency_hz", "DOUBLE", "Frequency it was heard at, Hz."),
    column("payload_length", "TINYINT", "Bytes of payload, 0..12."),
    column("config_digest", "VARCHAR", "The configuration digest that the station sent with it."),
    column("lat", "DOUBLE", "Where a report says the station stands."),
    column("lng", "DOUBLE", "Where a report says the station stands."),
  ],
}

export const messages: Table = {
  name: "messages",
  about:
    "A verdict on a message, or a network's report of one. A message that was first refused and then accepted has a row for each; is_first marks one row of every message.",
  columns: [
    ...place,
    message,
    column("is_first", "BOOLEAN", "The message's first row: count these to count messages."),
    column("device", "VARCHAR", "Who sent it, as the frame or the report says."),
    column("seq", "SMALLINT", "The device's number of the message."),
    column("epoch", "INTEGER", "How often the counter was seen to wrap before it."),
    column("verdict", "VARCHAR", "accepted, refused; or reported by a network.", [
      "accepted",
      "refused",
      "reported",
    ]),
    column("reason", "VARCHAR", "Why it was refused.", RefusalReason.literals),
    column(
      "warning",
      "VARCHAR",
      "What is worth knowing though it was accepted.",
      AcceptWarning.literals,
    ),
    column("kind", "VARCHAR", "data, bit, empty or control.", MessageKind.literals),
    column("missing", "INTEGER", "Numbers missing between the last accepted one and this."),
    column("expected_seq", "SMALLINT", "The number that the window would have taken next."),
    column("downlink_asked", "BOOLEAN", "The device asked for an answer."),
    column("policy", "INTEGER", "Version of the policy it was judged by."),
    column("source", "VARCHAR", "Who reported it."),
    column("source_id", "VARCHAR", "The source's own name of the message."),
    column("lqi", "TINYINT", "Link quality as reported, 0 limit .. 3 excellent."),
    column("lat", "DOUBLE", "Where the network says the device was."),
    column("lng", "DOUBLE", "Where the network says the device was."),
    column("radius_m", "FLOAT", "How sure of that the network is, m."),
    column(
      "station_standing",
      "VARCHAR",
      "How the station stood when it heard the reception that the acceptance rests on.",
      Standing.literals,
    ),
  ],
}
