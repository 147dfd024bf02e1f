/** Devices, stations and what is held of them; policies. */
import { column, place, type Table } from "../Table.ts"

export const deviceSteps: Table = {
  name: "device_steps",
  about: "What happened to a device's registration. The table devices is made of it.",
  columns: [
    ...place,
    column("device", "VARCHAR", "Device."),
    column("step", "VARCHAR", "What happened.", [
      "seen",
      "registered",
      "key-replaced",
      "disengaged",
      "retired",
    ]),
    column("customer", "VARCHAR", "Whose it is."),
    column("device_group", "VARCHAR", "What it is for."),
    column("radio_zone", "VARCHAR", "RC1..RC7."),
    column("contract_per_day", "INTEGER", "Uplinks a day in its contract."),
    column("rollover", "INTEGER", "Where its counter rolls over."),
    column("key_version", "INTEGER", "Version of its key; 0 for none."),
  ],
}

export const stationSteps: Table = {
  name: "station_steps",
  about: "What happened to a station's enrolment. The table stations is made of it.",
  columns: [
    ...place,
    column("station", "VARCHAR", "Station."),
    column("step", "VARCHAR", "What happened.", ["seen", "enrolled", "retired"]),
    column("name", "VARCHAR", "For people."),
    column("city", "VARCHAR", "Where it stands."),
    column("lat", "DOUBLE", "Where it stands."),
    column("lng", "DOUBLE", "Where it stands."),
    column("data_centre", "VARCHAR", "Which data centre it hands on to."),
  ],
}

export const attestations: Table = {
  name: "attestations",
  about:
    "What is known of a station's integrity, a row a step: enrolment, challenges, appraisals, silence, reference values, trust lost and restored.",
  columns: [
    ...place,
    column("station", "VARCHAR", "Station; empty where the step concerns several."),
    column(
      "step",
      "VARCHAR",
      "reference-adopted, challenged, presented, appraised, fell-silent, trust-lost, trust-restored …",
    ),
    column(
      "trusted",
      "BOOLEAN",
      "Whether its receptions count from here on; empty where the step decides nothing of it.",
    ),
    column("accepted", "BOOLEAN", "Whether evidence or enrolment was accepted."),
    column("reasons", "VARCHAR", "Why it was not, divided by commas."),
    column("expected", "VARCHAR", "Configuration digest that it should show, hex."),
    column("seen", "VARCHAR", "Configuration digest that it showed, hex."),
    column("detail", "VARCHAR", "What else is to be said."),
    column("policy", "INTEGER", "Version of the policy it was judged by."),
  ],
}

export const blocks: Table = {
  name: "blocks",
  about: "The firewall: whose traffic was blocked, and unblocked, by whom and why.",
  columns: [
    ...place,
    column("step", "VARCHAR", "blocked or unblocked.", ["blocked", "unblocked"]),
    column("device", "VARCHAR", "Whom it concerns, where it is a device."),
    column("station", "VARCHAR", "Whom it concerns, where it is a station."),
    column("customer", "VARCHAR", "Whom it concerns, where it is all devices of a customer."),
    column("account_group", "VARCHAR", "Whom it concerns, where it is all devices of a group."),
    column("by_whom", "VARCHAR", "An account, local, or what acted by itself."),
    column("reason", "VARCHAR", "Why."),
    column("until_at", "TIMESTAMP", "When it ends by itself; never where empty."),
  ],
}

export const policies: Table = {
  name: "policies",
  about: "Policies as they were adopted. Before the first one the defaults hold, as version 0.",
  columns: [
    ...place,
    column("version", "INTEGER", "Version."),
    column("note", "VARCHAR", "Why it was adopted."),
    column("counter_rule", "VARCHAR", "rule-1 or rule-2."),
    column("contract_per_day", "INTEGER", "Uplinks a day where the registration says nothing."),
    column("rollover", "INTEGER", "Roll-over where the registration says nothing."),
    column("unstated_band", "VARCHAR", "What is done where rule 1 says nothing."),
    column("after_error", "VARCHAR", "What is taken after an out-of-sequence error."),
    column("tally_window_ms", "INTEGER", "Receptions of a message are expected within this."),
    column("untrusted_stations", "VARCHAR", "What a station that lost trust contributes."),
    column("downlinks_per_day", "INTEGER", "Downlinks that a device may be sent on a day."),
    column("body", "VARCHAR", "The whole policy, as JSON."),
  ],
}
