/**
 * One frame taken apart, by the same function as `sigtwin frame decode`: each field with its bits, what was sent, what it
 * means and whether it is right. The key of a device is not here, so its MAC is not checked.
 */
import type { Dissection, Verdict } from "../../../core/frame/Dissection.ts"
import { dissectUplink } from "../../../core/frame/dissectUplink.ts"
import { h, type Tree } from "../view/patch.ts"
import { grid, quiet, signed } from "./parts.ts"
import type { Part, Scene } from "./Scene.ts"

/** Longer than any frame; what is longer is none. */
const hexMax = 200

export const framePart: Part = {
  asks: () => [],
  show: (scene) => {
    const hex = scene.tab.split("/")[1] ?? ""
    return [
      h("p", { class: "summary" }, [
        "A frame as heard: hex from the frame type on, or a whole bitstream with its preamble.",
      ]),
      frameForm(scene, hex),
      ...(hex === ""
        ? [quiet("An event of a frame that was heard leads here too.")]
        : dissected(hex)),
    ]
  },
}

const frameForm = ({ does }: Scene, hex: string): Tree =>
  h(
    "form",
    { class: "fields", key: `frame ${hex}` },
    [
      h("label", {}, [
        "Frame, hex",
        h("input", {
          name: "hex",
          required: true,
          maxlength: hexMax,
          autocomplete: "off",
          spellcheck: "false",
          value: hex,
        }),
      ]),
      h("button", { type: "submit" }, ["Take apart"]),
    ],
    { submit: (fields) => does.tab(`frame/${(fields.hex ?? "").replaceAll(/\s/g, "")}`) },
  )

export const dissected = (hex: string): ReadonlyArray<Tree> => tableOf(dissectUplink(hex))

const tones: Readonly<Record<Verdict, string>> = {
  ok: "good",
  wrong: "refused",
  odd: "suspicious",
  "not checked": "plain",
}

const tableOf = ({ good, rows, summary }: Dissection): ReadonlyArray<Tree> => [
  h("p", { class: good ? "summary" : "summary refused" }, [summary]),
  grid(
    "fields of the frame",
    [{ title: "field" }, { title: "bits" }, { title: "raw" }, { title: "verdict" }],
    rows.flatMap(({ bits, meaning, name, raw, verdict }) => [
      {
        key: name,
        cells: [
          h("span", { title: meaning }, [name, h("small", { class: "meaning" }, [meaning])]),
          h("span", { class: "unbroken" }, [bits]),
          h("span", { class: "raw-hex" }, [raw]),
          h("span", { class: `${tones[verdict]} unbroken` }, [signed(tones[verdict], verdict)]),
        ],
      },
    ]),
  ),
]
