/** A named question with what it was given: the statement to ask, or what is wrong with what was given. */
import { read, type Scalar } from "./Parameter.ts"
import { type AnswerColumn, type Chart, type Question, valuesIn } from "./Question.ts"

export interface Put {
  readonly sql: string
  readonly values: Readonly<Record<string, Scalar>>
  /** What each parameter was, where it was given or has a value without it. */
  readonly given: Readonly<Record<string, Scalar>>
  readonly chart: Chart
  /** What is known of a column of the answer. */
  readonly columnOf: (name: string) => AnswerColumn | undefined
}

/** A parameter that the question has not, or a text that is not of its form. */
export interface Unfit {
  readonly parameter: string
  readonly detail: string
}

export const isUnfit = (put: Put | Unfit): put is Unfit => "detail" in put

export const put = (question: Question, texts: Readonly<Record<string, string>>): Put | Unfit => {
  const { parameters } = question
  for (const name of Object.keys(texts))
    if (!Object.hasOwn(parameters, name))
      return {
        parameter: name,
        detail: `${question.name} has no parameter ${JSON.stringify(name)}: ${listOf(question)}`,
      }
  const given: Record<string, Scalar> = {}
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined
    const value = text === undefined ? parameter.absent : read(parameter, text)
    if (value !== undefined) given[name] = value
    else if (text !== undefined)
      return { parameter: name, detail: `${name} must be ${parameter.form}` }
  }
  const sql = question.sql(given)
  return {
    sql,
    values: valuesIn(sql, given),
    given,
    chart: question.chart(given),
    columnOf: (name) => question.columns.find((each) => each.name === name),
  }
}

const listOf = ({ parameters }: Question): string =>
  `there are ${Object.keys(parameters).join(", ")}`
