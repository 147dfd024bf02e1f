/** Why a file cannot be read, in plain words. */
import type { PlatformError } from "effect/PlatformError"
import { WrongUse } from "./WrongUse.ts"

export const cannotRead =
  (file: string) =>
  (error: PlatformError): WrongUse =>
    new WrongUse({ detail: `cannot read ${file}: ${plain(error)}` })

export const plain = (error: PlatformError): string => {
  const { _tag } = error.reason
  if (_tag === "NotFound") return "there is no such file"
  return _tag === "PermissionDenied" ? "not permitted" : error.message
}
