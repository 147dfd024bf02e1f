/** Named question: how much of its contract and of its band's duty cycle each device uses. */
import { formOfPayload } from "../../../core/frame/FrameType.ts"
import { zones } from "../../../core/frame/RadioZone.ts"
import { policyDefault } from "../../../core/event/policy.ts"
import { heard, is, ofCustomer, share, where, within } from "./clauses.ts"
import { customer, device, number, period, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

/** Around the packet: preamble and type 32 bits, CRC 16 (Sigfox facts, part 1). */
const aroundBits = 48
const transmissions = 3
/** 1 % of an hour: ETSI EN 300 220-2, the band 868.0-868.6 MHz. */
const dutySeconds = 36

const bitsOf = Array.from({ length: 13 }, (_, length) => formOfPayload(length)).map(
  ({ packetLength }, length) => `WHEN ${length} THEN ${packetLength * 8 + aroundBits}`,
)
const named = (holds: (name: (typeof zones)[keyof typeof zones]) => boolean): string =>
  Object.values(zones)
    .filter(holds)
    .map(({ name }) => `'${name}'`)
    .join(", ")
const slow = named(({ bitRates }) => bitRates.includes(100))
const limited = named(({ access }) => access === "duty-cycle")

export const quotas = question({
  name: "quotas",
  title: "duty and quota use by device and day",
  about:
    "How much of its contract each device used on each day (UTC), how long it was on the air, and how near its busiest hour came to the band's duty cycle (1 % of an hour, 36 s; zones RC1, RC6 and RC7). Air time is that of three transmissions of each message that was heard, at 100 bit/s where the zone has it, else at 600. Where the registration says nothing, the zone is RC1 and the contract the default policy's. The nearest to a limit first.",
  parameters: {
    device,
    customer,
    ...period,
    share: withDefault(
      number({ about: "Only where so much of a limit was used, 0..1.", min: 0, max: 100 }),
      0,
    ),
  },
  sql: (given) => `WITH sent AS (
  SELECT any_value(device) AS device, min(occurred_at) AS sent_at,
    ${transmissions} * CASE coalesce(max(payload_length), 12) ${bitsOf.join(" ")} END AS bits
  FROM receptions ${heard(given)} GROUP BY message),
hours AS (
  SELECT device, date_trunc('hour', sent_at) AS hour, count(*) AS messages, sum(bits) AS bits
  FROM sent GROUP BY device, hour),
days AS (
  SELECT device, hour::DATE AS day, sum(messages)::BIGINT AS messages, sum(bits) AS bits, max(bits) AS busiest
  FROM hours GROUP BY device, day),
answered AS (
  SELECT device, occurred_at::DATE AS day, count(*) AS downlinks
  FROM downlinks ${where("step = 'transmitted'", is("device", given.device), ofCustomer(given.customer), ...within(given))}
  GROUP BY device, day),
used AS (
  SELECT device, day, messages, coalesce(contract_per_day, ${policyDefault.contractPerDay}) AS contract,
    bits / CASE WHEN coalesce(radio_zone, 'RC1') IN (${slow}) THEN 100 ELSE 600 END AS air_s,
    CASE WHEN coalesce(radio_zone, 'RC1') IN (${limited}) THEN busiest / 100 END AS busiest_s,
    coalesce(downlinks, 0) AS downlinks
  FROM days LEFT JOIN answered USING (device, day) LEFT JOIN devices USING (device))
SELECT * FROM (
  SELECT device, day, messages, contract, ${share("messages", "contract")} AS quota_share, downlinks,
    round(air_s, 2) AS air_s, round(busiest_s, 2) AS busiest_s, ${share("busiest_s", String(dutySeconds))} AS duty_share
  FROM used)
WHERE greatest(quota_share, coalesce(duty_share, 0)) >= $share
ORDER BY greatest(quota_share, coalesce(duty_share, 0)) DESC, device, day`,
  columns: [
    column("device", "", "Device, as the frames claim."),
    column("day", "", "Day, UTC."),
    column("messages", "", "Messages heard."),
    column("contract", "", "Messages a day in its contract."),
    column("quota_share", "share", "Of the contract that was used."),
    column("downlinks", "", "Downlinks sent to it."),
    column("air_s", "s", "How long it was on the air."),
    column("busiest_s", "s", "The same in its busiest hour; empty in zones without a duty cycle."),
    column("duty_share", "share", "Of the 36 s that the band allows in an hour."),
  ],
  chart: () => ({ kind: "bars", x: "device", y: "quota_share" }),
})
