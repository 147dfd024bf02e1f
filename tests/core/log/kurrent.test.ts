import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe } from "@effect/vitest"
import * as Kurrent from "../../../core/log/kurrent.ts"
import { eventLogContract } from "../../contract/eventLog.ts"
import { freshLog, freshServer } from "./kurrent/freshServer.ts"

eventLogContract(
  "on a double of KurrentDB",
  Layer.fresh(Layer.unwrap(Effect.map(freshServer(), ({ address }) => Kurrent.layer(address)))),
)

/** A real server, where there is one to ask. */
const real = process.env["SIGTWIN_TEST_KURRENTDB"] ?? ""
const why = "skipped: a real KurrentDB, since SIGTWIN_TEST_KURRENTDB holds no connection string"
if (real === "") console.log(why)

describe.skipIf(real === "")("with SIGTWIN_TEST_KURRENTDB", () => {
  eventLogContract(
    "on a real KurrentDB",
    Layer.fresh(Layer.unwrap(Effect.sync(() => Kurrent.layer(freshLog(real))))),
  )
})
