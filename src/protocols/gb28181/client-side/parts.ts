import type { AnyMessage } from '../manscdp/messages.ts'

type ListAnswer = Extract<AnyMessage, { readonly name: 'catalogResponse' | 'recordInfoResponse' }>

/**
 * A long answer in parts of `perPart` items, each with the sum of all; an empty one is one part that says 0. Annex M.
 */
export function inParts(answer: ListAnswer, perPart: number): AnyMessage[] {
  const { items } = answer.value
  const parts: AnyMessage[] = []
  for (let at = 0; at < items.length || at === 0; at += perPart) {
    const value = { ...answer.value, sumNum: items.length, items: items.slice(at, at + perPart) }
    parts.push({ name: answer.name, value } as AnyMessage) // the same pair with fewer items
  }
  return parts
}
