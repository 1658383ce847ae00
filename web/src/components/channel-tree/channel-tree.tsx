import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TreeNode } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { Icon, type IconName } from '../icon.tsx'
import { SearchBox } from '../search-box.tsx'
import { keyOf, parentRow, type TreeRow, treeRows, windowOf } from './tree-rows.ts'
import { treeSearchQuery } from './tree-search.ts'
import type { Tree } from './use-tree.ts'
import './channel-tree.css'

const ROW_PX = 36

interface Props {
  readonly tree: Tree
  readonly space: string
  /** Key of the line that is chosen. */
  readonly chosen: string | null
  readonly onChoose: (node: TreeNode) => void
  /** Enter or a double click. */
  readonly onOpen?: (node: TreeNode) => void
  /** With boxes: keys of those that are ticked. */
  readonly ticked?: ReadonlySet<string>
  readonly onTick?: (node: TreeNode, on: boolean) => void
}

/** Directories, devices and channels: opened level by level, drawn only where it is seen, searched by the platform. */
export function ChannelTree({ tree, space, ...rest }: Props) {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const found = useQuery({ ...treeSearchQuery(space, q), enabled: q !== '' })
  const all = useMemo(() => treeRows(tree.levels, tree.opened), [tree.levels, tree.opened])
  const hits = useMemo(
    (): readonly TreeRow[] =>
      (found.data ?? []).map(node => ({ kind: 'node', key: keyOf(node), depth: 0, node, open: false })),
    [found.data],
  )
  return (
    <div className="channel-tree">
      <SearchBox label={t('tree.search')} q={q} onSearch={setQ} />
      {q !== '' && found.data?.length === 0 && <p className="muted tree-note">{t('tree.noMatch')}</p>}
      <Rows key={q === '' ? 'all' : 'found'} rows={q === '' ? all : hits} searching={q !== ''} tree={tree} {...rest} />
    </div>
  )
}

interface RowsProps extends Omit<Props, 'space'> {
  readonly rows: readonly TreeRow[]
  readonly searching: boolean
}

function Rows({ rows, searching, tree, chosen, onChoose, onOpen, ticked, onTick }: RowsProps) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const [scrollTop, setScrollTop] = useState(0)
  const [height, setHeight] = useState(600)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const { first, last } = windowOf(scrollTop, height, rows.length, ROW_PX)
  const shown = rows.slice(first, last)
  // A level goes on when its end comes into sight.
  const waiting = JSON.stringify(shown.flatMap(row => (row.kind === 'more' && row.state === 'ready' ? [row.of] : [])))
  const { more } = tree
  useEffect(() => {
    for (const of of JSON.parse(waiting) as readonly string[]) more(of) // a list in a word: the same one is the same effect
  }, [waiting, more])
  const at = rows.findIndex(({ key }) => key === chosen)
  const choose = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (row?.kind !== 'node') return
    onChoose(row.node)
    const top = rows.indexOf(row) * ROW_PX
    const element = box.current
    if (element === null) return
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW_PX - element.clientHeight
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at]
    const node = row?.kind === 'node' ? row.node : undefined
    switch (event.key) {
      case 'ArrowDown':
        choose(at + 1)
        break
      case 'ArrowUp':
        choose(at < 0 ? 0 : at - 1)
        break
      case 'ArrowRight':
        if (row?.kind === 'node' && node?.expandable && !searching) {
          if (row.open) choose(at + 1)
          else tree.toggle(node.id)
        }
        break
      case 'ArrowLeft':
        if (row?.kind === 'node' && row.open) tree.toggle(row.node.id)
        else choose(parentRow(rows, at) ?? at)
        break
      case 'Enter':
        if (node !== undefined) onOpen?.(node)
        break
      case ' ':
        if (node !== undefined) onTick?.(node, !ticked?.has(keyOf(node)))
        break
      default:
        return
    }
    event.preventDefault()
  }
  return (
    <div
      ref={box}
      className="tree-box"
      role="tree"
      tabIndex={0}
      aria-label={t('tree.label')}
      aria-activedescendant={at >= first && at < last ? `${id}-${at}` : undefined}
      onScroll={event => setScrollTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: rows.length * ROW_PX, paddingTop: first * ROW_PX }} role="none">
        {shown.map((row, i) =>
          row.kind === 'more' ? (
            <div key={row.key} className="tree-row muted" role="none" style={{ paddingLeft: 12 + row.depth * 20 }}>
              {row.state === 'failed' ? (
                <button type="button" className="tree-again" tabIndex={-1} onClick={() => tree.more(row.of)}>
                  <Icon name="refresh" size={16} /> {t('error.retry')}
                </button>
              ) : (
                t('tree.loading')
              )}
            </div>
          ) : (
            <Line
              key={row.key}
              id={`${id}-${first + i}`}
              row={row}
              searching={searching}
              chosen={row.key === chosen}
              ticked={ticked?.has(row.key)}
              onToggle={() => tree.toggle(row.node.id)}
              onChoose={() => onChoose(row.node)}
              onOpen={() => onOpen?.(row.node)}
              onTick={onTick === undefined ? undefined : on => onTick(row.node, on)}
            />
          ),
        )}
      </div>
    </div>
  )
}

function iconOf({ kind, directoryKind }: TreeNode): IconName {
  if (kind === 'directory') return directoryKind === 'area' ? 'space' : 'folder'
  return kind === 'device' ? 'nodes' : 'camera'
}

/** Green, amber, grey, red: the word beside says it too. */
function stateOf({ kind, deviceState, online }: TreeNode): string {
  if (kind === 'channel') return online ? 'on' : 'off'
  return kind === 'device' ? (deviceState ?? 'off') : ''
}

interface LineProps {
  readonly id: string
  readonly row: Extract<TreeRow, { kind: 'node' }>
  readonly searching: boolean
  readonly chosen: boolean
  readonly ticked: boolean | undefined
  readonly onToggle: () => void
  readonly onChoose: () => void
  readonly onOpen: () => void
  readonly onTick: ((on: boolean) => void) | undefined
}

function Line({
  id,
  row: { node, depth, open },
  searching,
  chosen,
  ticked,
  onToggle,
  onChoose,
  onOpen,
  onTick,
}: LineProps) {
  const { t } = useTranslation()
  const { name, counts, expandable, where } = node
  const state = stateOf(node)
  const word = state === '' ? '' : t(`state.${state === 'new' ? 'new' : (state as 'on')}`)
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree holds the focus and handles the keys
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={chosen}
      {...(expandable && !searching ? { 'aria-expanded': open } : {})}
      className={chosen ? 'tree-row chosen' : 'tree-row'}
      style={{ paddingLeft: 4 + depth * 20 }}
      onClick={onChoose}
      onDoubleClick={onOpen}
    >
      {expandable && !searching ? (
        <button
          type="button"
          className={open ? 'tree-toggle open' : 'tree-toggle'}
          tabIndex={-1}
          aria-hidden="true"
          onClick={event => {
            event.stopPropagation()
            onToggle()
          }}
        >
          <Icon name="right" size={16} />
        </button>
      ) : (
        <span className="tree-toggle" />
      )}
      {onTick !== undefined && (
        <input
          type="checkbox"
          tabIndex={-1}
          aria-hidden="true"
          checked={ticked ?? false}
          onClick={event => event.stopPropagation()}
          onChange={event => onTick(event.target.checked)}
        />
      )}
      <span className={`tree-icon ${state}`}>
        <Icon name={iconOf(node)} size={18} />
      </span>
      <span className="ellipsis grow" title={where.length > 0 ? [...where, name].join(' / ') : name}>
        {where.length > 0 && <span className="muted">{where.join(' / ')} / </span>}
        {name}
      </span>
      {state !== '' && <small className={state === 'on' ? 'tree-unseen' : 'muted'}>{word}</small>}
      {counts !== null && (
        <small className="muted tabular" title={t('tree.counts')}>
          {count(counts.online)} / {count(counts.channels)}
        </small>
      )}
    </div>
  )
}
