/** Splits at `separator` outside of quoted strings and of angle brackets; parts are trimmed, empty ones left out. */
export function splitAt(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let from = 0
  let quoted = false
  let angled = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '<') angled = true
    else if (char === '>') angled = false
    else if (char === separator && !angled) {
      push(parts, text.slice(from, at))
      from = at + 1
    }
  }
  push(parts, text.slice(from))
  return parts
}

function push(parts: string[], part: string): void {
  const trimmed = part.trim()
  if (trimmed !== '') parts.push(trimmed)
}

/** The values of a comma-separated header. RFC 3261 §7.3.1. */
export function splitList(text: string): string[] {
  if (!text.includes(',')) return text === '' ? [] : [text]
  return splitAt(text, ',')
}

/** Quoted string without its quotes and escapes; anything else as it is. RFC 3261 §25.1 quoted-string. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  return text.slice(1, -1).replace(/\\([\s\S])/g, '$1')
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
