import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { CustomerId } from "../../core/event/ids.ts"
import { Server } from "../../twin-ui/http/server.ts"
import { addOperator, addPerson, testPassword } from "../twin-ui/http/people.ts"
import { worldAfter } from "../twin-ui/http/world.ts"
import * as Chromium from "./Chromium.ts"

const path = Chromium.find()
if (path === undefined)
  console.log("login in a browser skipped: no Chromium found (set CHROMIUM to its path)")

const setUp = Effect.gen(function* () {
  yield* addOperator("ann", { password: true })
  const grant = { role: "CUSTOMER_R", customer: CustomerId.make("hydro"), payloads: false } as const
  yield* addPerson("bob", [grant], { password: true })
})

const newPassword = "another password for tests"

describe.skipIf(path === undefined)("a browser", { timeout: 60_000 }, () => {
  it.live("logs in with the form, sets a new password, and logs out", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      yield* Effect.promise(async () => {
        const browser = await Chromium.open(path ?? "")
        try {
          const page = await browser.newPage()
          const logIn = async (password: string) => {
            await page.goto(`${url}/account`)
            await page.fill("#account", "bob")
            await page.fill("#password", password)
            await page.click("button[type=submit]")
          }
          await logIn(testPassword)
          await page.waitForSelector("text=CUSTOMER_R on customer hydro")
          await page.fill("#current", testPassword)
          await page.fill("#password", newPassword)
          await page.fill("#again", newPassword)
          await page.click("text=Set the new password")
          await page.waitForSelector("text=The new password is set")
          await page.click("text=Log out")
          await page.waitForSelector("input#account")
          assert.include(page.url(), "/login")
          await logIn(testPassword)
          await page.waitForSelector("#wrong")
          await logIn(newPassword)
          await page.waitForSelector("text=CUSTOMER_R on customer hydro")
        } finally {
          await browser.close()
        }
      })
    }).pipe(Effect.provide(worldAfter(setUp))),
  )
})
