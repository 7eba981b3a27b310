import * as fc from "fast-check"
import { JSDOM } from "jsdom"
import { expect, test } from "vitest"
import { html } from "./html.ts"

test("templates escape text and keep html, lists and numbers; absent values are nothing", () => {
  expect(html`<p>${'a < b & "c"'}${html`<b>${1}</b>`}${[html`<i></i>`, "'"]}${null}${undefined}${false}</p>`.html).toBe(
    "<p>a &lt; b &amp; &quot;c&quot;<b>1</b><i></i>&#39;</p>",
  )
})

test("no text can leave its place", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", "=", " ", "/") }), (text) => {
      const { body } = new JSDOM(html`<p title="${text}">${text}</p>`.html).window.document
      expect(body.children).toHaveLength(1)
      expect(body.firstElementChild!.textContent).toBe(text)
      expect(body.firstElementChild!.getAttribute("title")).toBe(text)
    }),
    { numRuns: 30 },
  )
})
