import { XMLParser } from 'fast-xml-parser'
import { AppError } from '../../../base/errors.ts'

/** An element with what MANSCDP uses of XML: attributes and either text or children. */
export interface XmlElement {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly XmlElement[]
}

/** A Catalog item is 0.5-1.5 kB; the largest message seen over TCP had 200 items. Past this: a bug or an attack. */
const MAX_DOCUMENT_CHARACTERS = 512 * 1024
/** VideoRecordPlan is the deepest at six. */
const MAX_DEPTH = 16
/** 512 kB of `<a/>` would be 130 000 objects; a full message has some 40 elements per item. */
const MAX_ELEMENTS = 40_000

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false, // a 20-digit id is not a number
  parseAttributeValue: false,
  processEntities: false, // decoded below: devices write bare ampersands
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: MAX_DEPTH,
  jPath: false,
})

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The five predefined entities and character references; anything else stays as it was written. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return PREDEFINED[String(name).toLowerCase()] ?? whole
    const point = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal)
    return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : whole
  })
}

/** What the parser gives with `preserveOrder`: one key that is the name, and perhaps ':@' with the attributes. */
type OrderedNode = Readonly<Record<string, unknown>>

const isNodes = (value: unknown): value is readonly OrderedNode[] => Array.isArray(value)

function toElements(nodes: readonly OrderedNode[], budget: { left: number }): { text: string; children: XmlElement[] } {
  let text = ''
  const children: XmlElement[] = []
  for (const node of nodes) {
    const words = node['#text']
    if (words !== undefined) {
      text += String(words)
      continue
    }
    const name = Object.keys(node).find(key => key !== ':@')
    const inner = name === undefined ? undefined : node[name]
    if (name === undefined || !isNodes(inner)) continue
    if (--budget.left < 0) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'elements of an XML body', size: MAX_ELEMENTS, limit: MAX_ELEMENTS })
    }
    const attributes = node[':@']
    const content = toElements(inner, budget)
    children.push({
      name,
      text: decodeEntities(content.text).trim(),
      children: content.children,
      ...(attributes === undefined ? {} : { attributes: toAttributes(attributes) }),
    })
  }
  return { text, children }
}

function toAttributes(attributes: unknown): Record<string, string> {
  const found: [string, string][] = []
  if (typeof attributes === 'object' && attributes !== null) {
    for (const [name, value] of Object.entries(attributes)) found.push([name, decodeEntities(String(value)).trim()])
  }
  return Object.fromEntries(found)
}

/**
 * The root element of a document. Lenient about what devices get wrong (missing end tags, bare ampersands, bytes after
 * the end); DTDs are refused. Throws AppError BYTES_INVALID or LIMIT_EXCEEDED.
 */
export function parseXml(document: string): XmlElement {
  if (document.length > MAX_DOCUMENT_CHARACTERS) {
    throw new AppError('LIMIT_EXCEEDED', {
      what: 'characters of an XML body',
      size: document.length,
      limit: MAX_DOCUMENT_CHARACTERS,
    })
  }
  if (/<!(?:DOCTYPE|ENTITY)/i.test(document)) {
    throw new AppError('BYTES_INVALID', { what: 'XML body', reason: 'it has a document type definition' })
  }
  let nodes: unknown
  try {
    nodes = parser.parse(document.slice(Math.max(0, document.indexOf('<'))).replaceAll('\0', ''))
  } catch (cause) {
    throw new AppError('BYTES_INVALID', { what: 'XML body', reason: 'it cannot be parsed' }, { cause })
  }
  const root = isNodes(nodes) ? toElements(nodes, { left: MAX_ELEMENTS }).children[0] : undefined
  if (root === undefined) throw new AppError('BYTES_INVALID', { what: 'XML body', reason: 'it has no element' })
  return root
}

function encodeEntities(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 §2.2 has no place for them, not even escaped
  const clean = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '')
  return clean.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** One element a line, as devices write it: some of them parse line by line. */
function lines(element: XmlElement, out: string[]): void {
  let attributes = ''
  for (const [name, value] of Object.entries(element.attributes ?? {}))
    attributes += ` ${name}="${encodeEntities(value)}"`
  if (element.children.length === 0) {
    out.push(`<${element.name}${attributes}>${encodeEntities(element.text)}</${element.name}>\r\n`)
    return
  }
  out.push(`<${element.name}${attributes}>\r\n`)
  for (const child of element.children) lines(child, out)
  out.push(`</${element.name}>\r\n`)
}

/** A document with its declaration; `encoding` is what the bytes will be written in. */
export function writeXml(root: XmlElement, encoding: string): string {
  const out = [`<?xml version="1.0" encoding="${encoding}"?>\r\n`]
  lines(root, out)
  return out.join('')
}

/** The first child of that name; capitals are only looked at when there is no exact one. */
export function childOf(parent: XmlElement, name: string): XmlElement | undefined {
  for (const child of parent.children) if (child.name === name) return child
  const lower = name.toLowerCase()
  for (const child of parent.children) if (child.name.toLowerCase() === lower) return child
  return undefined
}

export function childrenOf(parent: XmlElement, name: string): XmlElement[] {
  const lower = name.toLowerCase()
  return parent.children.filter(child => child.name === name || child.name.toLowerCase() === lower)
}

export const leaf = (name: string, text: string): XmlElement => ({ name, text, children: [] })

export const branch = (name: string, children: readonly XmlElement[]): XmlElement => ({ name, text: '', children })
