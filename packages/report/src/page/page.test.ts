import { JSDOM, VirtualConsole } from "jsdom"
import { expect, test } from "vitest"
import { html } from "../html.ts"
import { page } from "./page.ts"

test("a page is one file without scripts or requests, its words escaped, its contents linked", () => {
  const text = page({
    title: "A <title>",
    lead: "Lead & more.",
    sections: [
      { title: "First part", content: ["Words <script>alert(1)</script>", html`<h3>Drawn</h3>`] },
      { title: "Größe, 2", content: [] },
    ],
    footer: ["Made with --seed 1."],
  })
  const { document } = new JSDOM(text, { virtualConsole: new VirtualConsole() }).window
  expect(text).toMatch(/^<!doctype html>\n<html lang="en">/)
  expect(document.title).toBe("A <title>")
  expect(document.querySelectorAll("script, link[rel=stylesheet], iframe")).toHaveLength(0)
  expect(document.querySelector("section p")!.textContent).toBe("Words <script>alert(1)</script>")
  expect(document.querySelector("section h3")!.textContent).toBe("Drawn")
  for (const link of document.querySelectorAll("nav a")) expect(document.getElementById(link.getAttribute("href")!.slice(1))).not.toBeNull()
  expect(document.querySelectorAll("nav a")).toHaveLength(2)
  expect(document.querySelector("meta[http-equiv]")!.getAttribute("content")).toContain("default-src 'none'")
  for (const element of document.querySelectorAll("[src], [href]"))
    expect(element.getAttribute("src") ?? element.getAttribute("href")).toMatch(/^(#|data:)/)
  expect(text).not.toMatch(/url\(|@import/)
})
