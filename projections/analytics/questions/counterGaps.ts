/** Named question: where numbers are missing. */
import { is, ofCustomer, where, within } from "./clauses.ts"
import { customer, device, number, period, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

export const counterGaps = question({
  name: "counter-gaps",
  title: "counter gaps",
  about:
    "Accepted messages before which numbers are missing: how many, and for how long nothing was accepted of the device. The largest gaps first.",
  parameters: {
    device,
    customer,
    ...period,
    missing: withDefault(
      number({ about: "Numbers missing at least.", min: 1, max: 4096, whole: true }),
      1,
    ),
  },
  sql: (given) => `SELECT device, occurred_at AS accepted_at, seq, epoch, missing,
  round(epoch_ms(occurred_at - before) / 3600000, 2) AS silent_h, warning, position
FROM (SELECT *, lag(occurred_at) OVER (PARTITION BY device ORDER BY position) AS before
  FROM messages ${where("verdict = 'accepted'", is("device", given.device), ofCustomer(given.customer))})
${where("missing >= $missing", ...within(given))}
ORDER BY missing DESC, position`,
  columns: [
    column("device", "", "Device."),
    column("accepted_at", "", "When the message after the gap was heard, by the source's clock."),
    column("seq", "", "Its number."),
    column("epoch", "", "How often the counter had wrapped."),
    column("missing", "", "Numbers missing before it."),
    column("silent_h", "h", "Since the message accepted before it."),
    column("warning", "", "What was said when it was accepted."),
    column("position", "", "Of the verdict in the log."),
  ],
  chart: () => ({ kind: "lines", x: "accepted_at", y: "missing", series: "device" }),
})
