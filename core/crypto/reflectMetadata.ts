/**
 * What `@peculiar/x509` wants of `Reflect` before it is loaded (through tsyringe), and nothing more: metadata of
 * constructors in a weak map. Imported for its effect, ahead of the library.
 */
const kept = new WeakMap<object, Map<unknown, unknown>>()

const own = (key: unknown, of: object): unknown => kept.get(of)?.get(key)

const inherited = (key: unknown, of: object): unknown => {
  for (let each: object | null = of; each !== null; each = Object.getPrototypeOf(each)) {
    const found = own(key, each)
    if (found !== undefined) return found
  }
  return undefined
}

const define = (key: unknown, value: unknown, of: object): void => {
  const known = kept.get(of) ?? new Map<unknown, unknown>()
  known.set(key, value)
  kept.set(of, known)
}

Object.assign(Reflect, {
  getMetadata: inherited,
  getOwnMetadata: own,
  hasMetadata: (key: unknown, of: object) => inherited(key, of) !== undefined,
  hasOwnMetadata: (key: unknown, of: object) => own(key, of) !== undefined,
  defineMetadata: define,
  metadata: (key: unknown, value: unknown) => (of: object) => define(key, value, of),
})
