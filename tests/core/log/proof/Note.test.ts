import { assert, describe, it } from "@effect/vitest"
import * as ed25519 from "../../../../core/crypto/ed25519.ts"
import * as Bytes from "../../../../core/kernel/Bytes.ts"
import * as Rejected from "../../../../core/kernel/Rejected.ts"
import * as Checkpoint from "../../../../core/log/proof/Checkpoint.ts"
import * as Note from "../../../../core/log/proof/Note.ts"

/** From the documentation of golang.org/x/mod/sumdb/note. */
const neumann = {
  key: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  note:
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
}

const verifierOf = (word: string): Note.Verifier => {
  const verifier = Note.parseVerifierKey(word)
  if (Rejected.is(verifier)) throw new Error(Rejected.toText(verifier))
  return verifier
}

/** RFC 8032, section 7.1, test 1: a key that everybody knows. */
const seed = Bytes.fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")

describe("signed notes", () => {
  it("opens a note that Go's library signed, and writes its key as it does", () => {
    const verifier = verifierOf(neumann.key)
    assert.strictEqual(Note.verifierKey(verifier), neumann.key)
    const text = Note.opened(neumann.note, verifier)
    assert.match(Rejected.is(text) ? "" : text, /^If you think .*problem is\.\n$/s)
  })

  it("signs as RFC 8032 says", () => {
    assert.isDefined(seed)
    const key = ed25519.signingKeyOf(seed)
    assert.strictEqual(
      Bytes.toHex(key.publicKey),
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    )
    assert.strictEqual(
      Bytes.toHex(key.sign(new Uint8Array())),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    )
  })

  it("refuses a note of which any byte was changed", () => {
    const verifier = verifierOf(neumann.key)
    const bytes = Buffer.from(neumann.note)
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] ^= 1
      assert.isTrue(Rejected.is(Note.opened(changed.toString("latin1"), verifier)), `byte ${i}`)
    }
  })

  it("passes over signatures of others, and refuses a note that only others signed", () => {
    assert.isDefined(seed)
    const key = ed25519.signingKeyOf(seed)
    const mine = { name: "sigtwin/log", publicKey: key.publicKey }
    const note = Note.signed("hello\n", { name: mine.name, key })
    const witnessed = `${note}${neumann.note.split("\n\n")[1]}`
    assert.strictEqual(Note.opened(witnessed, mine), "hello\n")
    assert.isTrue(Rejected.is(Note.opened(note, verifierOf(neumann.key))))
    assert.isTrue(Rejected.is(Note.opened(note, { ...mine, name: "sigtwin/other" })))
  })

  it("refuses a verifier key that is none", () => {
    for (const word of [
      "",
      "a+b+c",
      neumann.key.replace("c74f20a3", "c74f20a4"),
      `${neumann.key}x`,
    ])
      assert.isTrue(Rejected.is(Note.parseVerifierKey(word)), word)
  })
})

describe("checkpoints", () => {
  it("are read as they are written, and nothing else is", () => {
    const checkpoint = { origin: "sigtwin/x", size: 20852163, root: new Uint8Array(32).fill(7) }
    const text = Checkpoint.toText(checkpoint)
    assert.deepStrictEqual(Checkpoint.fromText(text), checkpoint)
    const [origin, size, root] = text.split("\n")
    for (const wrong of [
      `${origin}\n0${size}\n${root}\n`,
      `${origin}\n-1\n${root}\n`,
      `${origin}\n1e3\n${root}\n`,
      `${origin}\n99999999999999999999\n${root}\n`,
      `\n${size}\n${root}\n`,
      `${origin}\n${size}\n${root.slice(4)}\n`,
      `${origin}\n${size}\n`,
      "",
    ])
      assert.isTrue(Rejected.is(Checkpoint.fromText(wrong)), wrong)
  })
})
