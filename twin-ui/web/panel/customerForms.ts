/** What can be done about a customer's deliveries: set up or change a callback, remove it, send again. */
import type { DeliveryRow } from "../../api/Deliveries.ts"
import type { EntityState } from "../../api/EntityState.ts"
import { h, type Tree } from "../view/patch.ts"
import { actions, fold } from "./parts.ts"
import type { Scene } from "./Scene.ts"

/** One given-up delivery again. */
export const resend = ({ does }: Scene, { customer, destination, message }: DeliveryRow): Tree =>
  h(
    "button",
    { class: "link", title: `send ${message} to ${destination} again` },
    ["send again"],
    () =>
      does.order({
        what: `sending ${message} again`,
        method: "POST",
        path: "/api/deliveries/redeliver",
        body: { customer, destination, message, note: "from the page" },
      }),
  )

export const callbackForm = (scene: Scene, { id }: EntityState): ReadonlyArray<Tree> => {
  const { does, picture } = scene
  return [
    fold(scene, "Set up or change a callback", false, () => [
      picture.isNow
        ? undefined
        : h("p", { class: "suspicious" }, [
            "▲ A past instant is shown. What you do here is done now.",
          ]),
      h(
        "form",
        { class: "fields" },
        [
          field("destination", "Name", { required: true, placeholder: "main", maxlength: 64 }),
          field("url", "URL", {
            type: "url",
            required: true,
            placeholder: "https://example.com/uplinks",
          }),
          h("label", {}, [
            "Method",
            h("select", { name: "method" }, [
              h("option", { value: "POST" }, ["POST"]),
              h("option", { value: "PUT" }, ["PUT"]),
              h("option", { value: "GET" }, ["GET"]),
            ]),
          ]),
          h("label", { class: "check" }, [
            h("input", { name: "loopback", type: "checkbox", value: "yes" }),
            "permit an address on this machine (for trials)",
          ]),
          h("p", { class: "quiet" }, [
            "A name that is in use is changed: what is pending goes to the new address, secrets stay, all else is as said here.",
          ]),
          h("button", { type: "submit" }, ["Set up"]),
        ],
        {
          submit: ({ destination = "", loopback, method = "POST", url = "" }) =>
            does.order({
              what: `callback ${destination} of ${id}`,
              method: "POST",
              path: `/api/customers/${encodeURIComponent(id)}/destinations`,
              body: {
                destination,
                url,
                loopbackAllowed: loopback === "yes",
                ...(method === "POST" ? {} : { method }),
              },
            }),
        },
      ),
    ]),
    actions([
      {
        text: "Send again all that was given up",
        title: "From the log, under the same idempotency keys",
        click: () =>
          does.order({
            what: "sending again what was given up",
            method: "POST",
            path: "/api/deliveries/redeliver",
            body: { customer: id, note: "from the page" },
          }),
      },
    ]),
  ]
}

const field = (
  name: string,
  label: string,
  attributes: Readonly<Record<string, string | number | boolean>>,
): Tree =>
  h("label", {}, [
    label,
    h("input", { name, autocomplete: "off", spellcheck: "false", ...attributes }),
  ])
