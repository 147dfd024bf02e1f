import { eventLogContract } from "../../contract/eventLog.ts"
import * as Memory from "../../../core/log/memory.ts"
import * as Layer from "effect/Layer"

eventLogContract("in memory", Layer.fresh(Memory.layer))
