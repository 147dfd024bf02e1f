/**
 * Whether a statement may be asked: it is read as the database's own parser reads it, and every part of the tree
 * must be one of those known here. What is not known is refused, so a newer database opens nothing.
 *
 * - One statement, and a `SELECT`: the parser gives a tree for nothing else.
 * - Tables: those of `Views.ts`, by their bare names, and the statement's own common table expressions where they
 *   are in scope. So neither a file's name, nor the database's own tables, nor what lies behind a view.
 * - Functions: those of `allowed.ts`.
 */
import type { DuckDBConnection } from "@duckdb/node-api"
import { StatementRefused, statementMax } from "./Analytics.ts"
import { functions, tableFunctions } from "./allowed.ts"
import * as Views from "./Views.ts"

/** The names of the views that the statement asks. Throws `StatementRefused`. */
export const check = async (
  connection: DuckDBConnection,
  sql: string,
): Promise<ReadonlySet<string>> => {
  if (sql.length > statementMax)
    throw refused("not-allowed", `a statement has at most ${statementMax} characters`)
  const found = await connection.runAndReadAll("SELECT json_serialize_sql($sql::VARCHAR)", { sql })
  const tree: unknown = JSON.parse(String(found.getRows()[0][0]))
  if (!isNode(tree) || tree["error"] === true) throw ofParser(isNode(tree) ? tree : {})
  const { statements } = tree
  if (!Array.isArray(statements) || statements.length !== 1)
    throw refused("not-allowed", "ask one statement at a time")
  const asked = new Set<string>()
  walk(statements[0], new Set(), asked)
  return asked
}

type Node = Readonly<Record<string, unknown>>

/** Names of common table expressions in scope, in lower case. */
type Names = ReadonlySet<string>

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const refused = (reason: StatementRefused["reason"], detail: string): StatementRefused =>
  new StatementRefused({ reason, detail })

/**
 * What the parser could not read, or what it read and `json_serialize_sql` cannot serialize, which is every kind of statement but
 * `SELECT`.
 */
const ofParser = (tree: Node): StatementRefused =>
  tree["error_type"] === "parser"
    ? refused("not-understood", textIn(tree, "error_message"))
    : refused("not-allowed", "only SELECT statements may be asked")

const walk = (value: unknown, names: Names, asked: Set<string>): void => {
  if (Array.isArray(value)) for (const each of value) walk(each, names, asked)
  else if (isNode(value)) {
    const inner = checked(value, names, asked)
    const isTableFunction = value["type"] === "TABLE_FUNCTION" && isNode(value["function"])
    for (const [key, each] of Object.entries(value)) {
      // Walked already, each with what is in scope for it; and a literal is only a literal.
      if (key === "cte_map" || (key === "value" && value["class"] === "CONSTANT")) continue
      if (isTableFunction && key === "function" && isNode(each)) {
        call(each, tableFunctions)
        walk(each["children"], inner, asked)
      } else walk(each, inner, asked)
    }
  }
}

/** Refuses what is not allowed of the node itself; gives the names that are in scope within it. */
const checked = (node: Node, names: Names, asked: Set<string>): Names => {
  const { type } = node
  if (isNode(node["named_param_map"]) || isFilled(node["named_param_map"]))
    throw refused("not-allowed", "a statement has no parameters here")
  if (typeof type !== "string") return names
  if (typeof node["class"] === "string") {
    expression(node, node["class"])
    return names
  }
  if (queries.has(type)) return withNames(node, names, asked)
  // A type that is named in a cast; what it is made of is walked as well.
  if (modifiers.has(type) || type.endsWith("_TYPE_INFO")) return names
  if (type === "BASE_TABLE") table(node, names, asked)
  else if (!tableRefs.has(type)) throw refused("not-allowed", `${type} is not allowed here`)
  if (type === "SHOW_REF" && !isNode(node["query"]))
    throw refused(
      "not-allowed",
      "that lists what is the database's own; `DESCRIBE receptions` tells of a table",
    )
  return names
}

const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0

const queries = new Set(["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"])
const modifiers = new Set([
  "ORDER_MODIFIER",
  "LIMIT_MODIFIER",
  "LIMIT_PERCENT_MODIFIER",
  "DISTINCT_MODIFIER",
  // An order within a modifier or a window.
  "ORDER_DEFAULT",
  "ASCENDING",
  "DESCENDING",
  "DEFAULT",
])
const tableRefs = new Set([
  "SUBQUERY",
  "JOIN",
  "TABLE_FUNCTION",
  "EMPTY",
  "EMPTY_FROM",
  "EXPRESSION_LIST",
  "PIVOT",
  "SHOW_REF",
])
const classes = new Set([
  "BETWEEN",
  "CASE",
  "CAST",
  "COLLATE",
  "COLUMN_REF",
  "COMPARISON",
  "CONJUNCTION",
  "CONSTANT",
  "LAMBDA",
  "LAMBDA_REF",
  "OPERATOR",
  "POSITIONAL_REFERENCE",
  "STAR",
  "SUBQUERY",
])

/** Common table expressions are in scope for those after them and for the body; a recursive one for itself. */
const withNames = (node: Node, names: Names, asked: Set<string>): Names => {
  const map = isNode(node["cte_map"]) ? node["cte_map"]["map"] : undefined
  const within = new Set(names)
  if (node["type"] === "RECURSIVE_CTE_NODE") within.add(nameIn(node, "cte_name"))
  for (const entry of Array.isArray(map) ? map : []) {
    if (!isNode(entry)) continue
    walk(entry["value"], within, asked)
    within.add(nameIn(entry, "key"))
  }
  return within
}

const textIn = (node: Node, key: string): string => {
  const text = node[key]
  return typeof text === "string" ? text : ""
}

const nameIn = (node: Node, key: string): string => textIn(node, key).toLowerCase()

const expression = (node: Node, kind: string): void => {
  if (kind === "FUNCTION" || kind === "WINDOW") return call(node, functions)
  if (kind === "PARAMETER") throw refused("not-allowed", "a statement has no parameters here")
  if (!classes.has(kind)) throw refused("not-allowed", `${kind} is not allowed here`)
}

const call = (node: Node, allowed: ReadonlySet<string>): void => {
  const name = nameIn(node, "function_name")
  const isOwn = ["", "main", "pg_catalog"].includes(nameIn(node, "schema"))
  // An operator's name has no letters.
  if (isOwn && nameIn(node, "catalog") === "" && (allowed.has(name) || !/[a-z0-9_]/.test(name)))
    return
  throw refused(
    "not-allowed",
    `the function ${name} is not among those that may be used (sigtwin analytics tables --json lists them)`,
  )
}

const table = (node: Node, names: Names, asked: Set<string>): void => {
  const name = nameIn(node, "table_name")
  const isBare = nameIn(node, "schema_name") === "" && nameIn(node, "catalog_name") === ""
  if (isNode(node["at_clause"]))
    throw refused("not-allowed", "give the instant with --at (or `at`), and leave AT out")
  if (isBare && names.has(name)) return
  const view = isBare ? Views.named(name) : undefined
  if (view === undefined)
    throw refused(
      "not-allowed",
      `there is no table ${textIn(node, "table_name")} here: there are ${Views.views.map((each) => each.name).join(", ")}`,
    )
  asked.add(view.name)
}
