/**
 * Which of the backend's callbacks a body is: `?type=` says it, else its fields do.
 *
 * The fields that tell are variables which only that callback has (support.sigfox.com: uplink,
 * bidir, data-advanced, acknowledge, status, repeater, error-callbacks, event-type).
 */
export type CallbackType =
  | "uplink"
  | "bidir"
  | "data-advanced"
  | "acknowledge"
  | "status"
  | "repeater"
  | "error"
  | "event"
  | "geoloc"

/** Asked in this order: a REPEATER has a battery as a STATUS has, an EVENT a severity as an ERROR has. */
const telling: ReadonlyArray<readonly [CallbackType, ReadonlyArray<string>]> = [
  [
    "event",
    [
      "eventType",
      "sourceType",
      "sourceId",
      "deviceLastSeqnumber",
      "deviceExpectedSeqnumber",
      "deviceMessageSeqnumber",
    ],
  ],
  ["acknowledge", ["infoCode", "infoMessage", "downlinkAck", "downlinkOverusage"]],
  ["error", ["severity", "info"]],
  [
    "repeater",
    [
      "repeatedMsg",
      "whitelistDevices",
      "unwantedDevices",
      "unwantedMsg",
      "wrongMsg",
      "overRegulMsg",
    ],
  ],
  ["status", ["temp", "batt"]],
  [
    "data-advanced",
    ["lqi", "linkQuality", "computedLocation", "duplicates", "operatorName", "countryCode"],
  ],
  ["geoloc", ["radius", "geolocSource"]],
  ["bidir", ["ack", "longPolling"]],
  ["uplink", ["data", "seqNumber"]],
]

/** `has` says whether a field is there, also when it is empty. */
export const ofFields = (has: (name: string) => boolean): CallbackType | undefined =>
  telling.find(([, names]) => names.some(has))?.[0]

/** Reads `?type=`: the backend's names in any case, with or without the group they are in. */
export const ofName = (name: string): CallbackType | undefined => {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[_ /]/g, "-")
    .replace(/^(service|data)-(?!advanced$)/, "")
  if (plain === "data") return "uplink"
  return telling.find(([type]) => type === plain.replace(/^service-/, ""))?.[0]
}
