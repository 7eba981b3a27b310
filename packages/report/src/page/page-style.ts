import { seriesVariables } from "../chart/palette.ts"

/** The only style sheet of a report page. */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #fdfdfb; --panel: #f4f4f0; --ink: #1c2024; --soft: #59626b; --line: #d9dbd6; --link: #005a8c; ${seriesVariables("light")} }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15181b; --panel: #1e2226; --ink: #e6e8ea; --soft: #a3adb6; --line: #363c42; --link: #7cc4f2; ${seriesVariables("dark")} }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 52rem; background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h4 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: 0 0 1rem; max-width: 44rem; }
a { color: var(--link); }
.lead { font-size: 1.15rem; color: var(--soft); }
nav { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; margin: 1.5rem 0; }
nav ol { margin: 0; padding-left: 1.5rem; columns: 18rem auto; }
figure { margin: 1.5rem 0 2rem; }
figcaption { color: var(--soft); font-size: .95rem; }
figcaption p { margin: .5rem 0; }
.chart svg { display: block; min-width: 34rem; max-width: 100%; height: auto; }
.graphs svg { display: block; max-width: 100%; height: auto; }
.maps svg { display: block; min-width: 44rem; max-width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .95rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
th, td { padding: .35rem .9rem .35rem 0; text-align: right; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody tr { border-bottom: 1px solid var(--line); }
tbody th, thead th:first-child { text-align: left; font-weight: 500; }
td { white-space: nowrap; }
th.words, td.words { text-align: left; white-space: normal; }
tr.floor { color: var(--soft); font-style: italic; }
.note { color: var(--soft); font-size: .92rem; margin: .5rem 0 0; }
details { margin-top: .5rem; }
summary { cursor: pointer; color: var(--link); }
details table { font-size: .85rem; }
.images table { width: auto; }
.images tbody tr { border: 0; }
.images th { font-size: .85rem; font-weight: 500; color: var(--soft); vertical-align: middle; border: 0; }
.images thead th { text-align: center; }
.images th, .images td { padding: .15rem .3rem .15rem 0; }
.images img { display: block; image-rendering: pixelated; background: #808080; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
pre, code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
pre { background: var(--panel); padding: .75rem 1rem; border-radius: .5rem; overflow-x: auto; }
@media screen and (min-width: 66rem) { .maps .scroll { width: 60rem; margin-left: calc(50% - 30rem); } }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav, details { display: none; }
  figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`
