import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sqlite from "../../../core/log/sqlite.ts"
import { eventLogContract } from "../../contract/eventLog.ts"
import { freshPath } from "./freshPath.ts"

eventLogContract(
  "in an SQLite file",
  Layer.fresh(Layer.unwrap(Effect.map(freshPath, (path) => Sqlite.layer(path)))),
)
