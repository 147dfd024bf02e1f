/**
 * The built page's files, read once when the server starts: what is served is what is in this map, so no
 * path of a request ever reaches the file system.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"

/** Most bytes and files of a page; beyond it the folder is not one. */
export const bytesMax = 32 * 1024 * 1024
export const filesMax = 512

export interface WebFile {
  readonly bytes: Uint8Array
  readonly contentType: string
  /** Its name changes with its content, so it can be kept for good. */
  readonly immutable: boolean
  readonly etag: string
}

export class PageUnreadable extends Schema.TaggedError<PageUnreadable>()("PageUnreadable", {
  folder: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.folder}: ${this.detail}`
  }
}

/** Files by their path below the folder, with a leading slash. A folder that is not there holds none. */
export const read = Effect.fn("webFiles.read")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const files = new Map<string, WebFile>()
  if (!(yield* fs.exists(folder))) return files
  let total = 0
  for (const name of yield* fs.readDirectory(folder, { recursive: true })) {
    const file = path.join(folder, name)
    const stat = yield* fs.stat(file)
    if (stat.type !== "File") continue
    total += Number(stat.size)
    if (files.size >= filesMax || total > bytesMax)
      return yield* new PageUnreadable({
        folder,
        detail: `more than ${filesMax} files or ${bytesMax} bytes: it is no built page`,
      })
    const bytes = yield* fs.readFile(file)
    const at = `/${name.split(path.sep).join("/")}`
    files.set(at, {
      bytes,
      contentType: contentTypes.get(path.extname(name).toLowerCase()) ?? "application/octet-stream",
      immutable: /^\/assets\/.*-[\w-]{8,}\.\w+(\.map)?$/.test(at),
      etag: `"${bytes.length.toString(16)}-${fnv1a(bytes).toString(16)}"`,
    })
  }
  return files
})

/** Tells one build's file from another's; not a defence against anybody. */
const fnv1a = (bytes: Uint8Array): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
  return hash >>> 0
}

const contentTypes: ReadonlyMap<string, string> = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".json", "application/json"],
  [".map", "application/json"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
  [".ico", "image/x-icon"],
  [".woff2", "font/woff2"],
  [".txt", "text/plain; charset=utf-8"],
  [".webmanifest", "application/manifest+json"],
])
