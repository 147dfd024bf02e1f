/** Names of classes that hold. */
export const classes = (...names: ReadonlyArray<string | false>): string =>
  names.filter((name) => name !== false).join(" ")
