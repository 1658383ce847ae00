import type { TreeNode } from '../../lib/api/types.ts'

/** What is known of one level: the children of a node, as far as they were asked for. */
export interface Level {
  readonly items: readonly TreeNode[]
  /** Null: all of them are here. */
  readonly nextCursor: string | null
  readonly state: 'loading' | 'ready' | 'failed'
}

export const ROOT = ''

export type TreeRow =
  | {
      readonly kind: 'node'
      readonly key: string
      readonly depth: number
      readonly node: TreeNode
      readonly open: boolean
    }
  /** The place where the rest of a level comes. */
  | {
      readonly kind: 'more'
      readonly key: string
      readonly depth: number
      readonly of: string
      readonly state: Level['state']
    }

/** Ids are unique within a kind. */
export const keyOf = ({ kind, id }: Pick<TreeNode, 'kind' | 'id'>): string => `${kind} ${id}`

/** All lines from top to bottom, of what is open. Levels are kept by the id of what they are below. */
export function treeRows(levels: ReadonlyMap<string, Level>, opened: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = []
  const add = (of: string, depth: number) => {
    const level = levels.get(of)
    for (const node of level?.items ?? []) {
      const open = node.expandable && opened.has(node.id)
      rows.push({ kind: 'node', key: keyOf(node), depth, node, open })
      if (open) add(node.id, depth + 1)
    }
    if (level === undefined || level.state !== 'ready' || level.nextCursor !== null)
      rows.push({ kind: 'more', key: `more ${of}`, depth, of, state: level?.state ?? 'loading' })
  }
  add(ROOT, 0)
  return rows
}

/** The lines that are seen, and some around them. */
export function windowOf(scrollTop: number, height: number, rows: number, rowPx: number, overscan = 10) {
  const first = Math.max(0, Math.floor(scrollTop / rowPx) - overscan)
  return { first, last: Math.min(rows, Math.ceil((scrollTop + height) / rowPx) + overscan) }
}

/** The line of what a line is below; null at the top. */
export function parentRow(rows: readonly TreeRow[], at: number): number | null {
  const depth = rows[at]?.depth ?? 0
  for (let i = at - 1; i >= 0; i--) if ((rows[i]?.depth ?? 0) < depth) return i
  return null
}
