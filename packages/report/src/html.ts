/** Text that is already HTML. Whatever is not one of these is escaped wherever it meets a page. */
export interface Html {
  readonly html: string
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }

/** Makes any text safe between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

/** What can stand in a `html` template: absent values give nothing, lists are joined, text is escaped. */
export type HtmlValue = string | number | Html | null | undefined | false | readonly HtmlValue[]

/** Tagged template that escapes every value except `Html`: `` html`<p>${words}</p>` ``. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { html: parts.reduce((text, part, index) => text + render(values[index - 1]) + part) }
}

function render(value: HtmlValue): string {
  if (value == null || value === false) return ""
  if (typeof value === "string") return escapeHtml(value)
  if (typeof value === "number") return String(value)
  if ("html" in value) return value.html
  return value.map(render).join("")
}
