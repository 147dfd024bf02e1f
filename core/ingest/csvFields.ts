/**
 * The fields of one line of CSV (RFC 4180): quoted ones may hold commas and doubled quotes, but no
 * line break. undefined when quotes are not closed or stand where they mean nothing.
 */
export const fieldsOf = (line: string): ReadonlyArray<string> | undefined => {
  if (!line.includes('"')) return line.split(",")
  const fields: Array<string> = []
  let at = 0
  for (;;) {
    if (line[at] === '"') {
      const quoted = /"((?:[^"]|"")*)"(?=,|$)/y
      quoted.lastIndex = at
      const match = quoted.exec(line)
      if (match === null) return undefined
      fields.push(match[1].replaceAll('""', '"'))
      at = quoted.lastIndex
    } else {
      const comma = line.indexOf(",", at)
      const end = comma === -1 ? line.length : comma
      const plain = line.slice(at, end)
      if (plain.includes('"')) return undefined
      fields.push(plain)
      at = end
    }
    if (at >= line.length) return fields
    at++
  }
}
