import { escapeHtml, html, type Html } from "../html.ts"
import { pageStyle } from "./page-style.ts"

/** What a section holds: plain text is a paragraph (escaped); everything drawn is `Html`. */
export type PageContent = string | Html

/** A part of a page with its own heading and its line in the table of contents. */
export interface PageSection {
  readonly title: string
  readonly content: readonly PageContent[]
}

export interface PageOptions {
  readonly title: string
  /** What the page shows, in a few plain sentences under the title. */
  readonly lead?: string
  readonly sections: readonly PageSection[]
  /** The last lines: command, seeds, machine, time. */
  readonly footer?: readonly PageContent[]
  /**
   * Language of the page.
   * @defaultValue "en"
   */
  readonly language?: string
}

/** The page may load nothing and run nothing: only its own styles and pictures written into it. */
const contentSecurityPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** One self-contained HTML file: opens from disk, offline, without a script, on light and dark grounds and on paper. */
export function page({ title, lead, sections, footer = [], language = "en" }: PageOptions): string {
  const identified = sections.map((section, index) => ({ ...section, id: `${index + 1}-${slug(section.title)}` }))
  const document = html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${{ html: escapeHtml(contentSecurityPolicy) }}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <link rel="icon" href="data:," />
      <title>${title}</title>
      <style>
        ${{ html: pageStyle }}
      </style>
    </head>
    <body>
      <header>
        <h1>${title}</h1>
        ${lead != null && html`<p class="lead">${lead}</p>`}
      </header>
      ${identified.length > 1 && contents(identified)}
      <main>
        ${identified.map(
          ({ id, title: heading, content }) =>
            html`<section id="${id}" aria-labelledby="${id}-title">
              <h2 id="${id}-title">${heading}</h2>
              ${content.map(block)}
            </section> `,
        )}
      </main>
      ${footer.length > 0 && html`<footer>${footer.map(block)}</footer>`}
    </body>
  </html>`
  return `<!doctype html>\n${document.html}\n`
}

function contents(sections: readonly { id: string; title: string }[]): Html {
  return html`<nav aria-label="Contents">
    <ol>
      ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ol>
  </nav>`
}

const block = (content: PageContent): Html => (typeof content === "string" ? html`<p>${content}</p> ` : content)

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")
