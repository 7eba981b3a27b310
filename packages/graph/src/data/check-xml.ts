import { DataError } from "@scalewise/nn"

const markup =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<!DOCTYPE[^>[]*>|<(\/?)([\w:.-]+)(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>|</g

/**
 * Refuses a text whose tags do not match: the parsers that read XML here mend such files as they see fit, and talk on the console.
 *
 * @param root - the outermost element
 * @throws DataError that names the line
 */
export function checkXml(text: string, root: string): void {
  const open: string[] = []
  let first = ""
  const refuse = (found: string, at: number): never => {
    throw new DataError(`expected well-formed XML, got ${found} on line ${text.slice(0, at).split("\n").length}; write the file again`)
  }
  for (const found of text.matchAll(markup)) {
    const [all, closing, tag, empty] = found
    if (all === "<") refuse(`"${text.slice(found.index, found.index + 20).split("\n")[0]}"`, found.index)
    if (tag === undefined) continue
    first ||= tag
    if (closing === "") {
      if (empty === "") open.push(tag)
    } else if (open.pop() !== tag) refuse(`an end "${all}" without its beginning`, found.index)
  }
  if (first.replace(/^.*:/, "") !== root)
    throw new DataError(`expected XML with the root <${root}>, got ${first === "" ? "none" : `<${first}>`}`)
  if (open.length > 0) refuse(`no end of <${open.at(-1)}>`, text.length)
}
