/** Every command, under one name. */
import { Command } from "effect/cli"
import { alert } from "./alert.ts"
import { anomalies, usual } from "./anomalies.ts"
import { attest } from "./attest.ts"
import { audit } from "./audit.ts"
import { bisect } from "./bisect.ts"
import { credentials } from "./credential.ts"
import { diff } from "./diff.ts"
import { askQuestion } from "./askQuestion.ts"
import { group } from "./group.ts"
import { outlier } from "./outlier.ts"
import { attested } from "./attested.ts"
import { blast } from "./blast.ts"
import { ca } from "./ca.ts"
import { analytics } from "./analytics.ts"
import { demo } from "./demo/demo.ts"
import { frame, frames } from "./frame.ts"
import { accounts } from "./account.ts"
import { block, firewall, unblock } from "./block.ts"
import { core } from "./core.ts"
import { caseCommand } from "./case.ts"
import { customer } from "./customer.ts"
import { deliveries } from "./deliveries.ts"
import { device } from "./device.ts"
import { events } from "./events.ts"
import { erase } from "./erase.ts"
import { retention } from "./retention.ts"
import { exportEvents } from "./export.ts"
import { findings } from "./findings.ts"
import { incidents } from "./incidents.ts"
import { importFiles } from "./import.ts"
import { keys } from "./keys.ts"
import { log } from "./log/log.ts"
import { open } from "./open.ts"
import { policy } from "./policy.ts"
import { redeliver } from "./redeliver.ts"
import { reference } from "./reference.ts"
import { query } from "./query.ts"
import { roles } from "./role.ts"
import { serveWith } from "./serve.ts"
import { simulate } from "./simulate.ts"
import { sourceCommand } from "./source.ts"
import { state } from "./state.ts"
import { station } from "./station.ts"
import { stats } from "./stats.ts"
import { verify } from "./verify.ts"
import { whatIf } from "./whatIf.ts"
import { why } from "./why.ts"

export const sigtwin = Command.make("sigtwin").pipe(
  Command.withDescription(
    "A digital twin of a Sigfox network's security chain: devices, base stations, core network, customers.",
  ),
  Command.withSubcommands([
    serveWith(demo),
    importFiles,
    exportEvents,
    stats,
    state,
    events,
    findings,
    incidents,
    anomalies,
    usual,
    alert,
    why,
    diff,
    bisect,
    whatIf,
    caseCommand,
    open,
    deliveries,
    redeliver,
    core,
    askQuestion,
    outlier,
    query,
    analytics,
    sourceCommand,
    simulate,
    verify,
    log,
    device,
    station,
    reference,
    blast,
    attested,
    ca,
    customer,
    policy,
    block,
    unblock,
    firewall,
    erase,
    retention,
    keys,
    accounts,
    roles,
    credentials,
    group,
    audit,
    frame,
    frames,
    attest,
  ]),
)
