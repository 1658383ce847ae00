import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'
import { usePhone } from './media.ts'
import { Skeleton } from './page.tsx'

export type Order = 'asc' | 'desc'

export interface Column<Row> {
  readonly key: string
  readonly title: string
  /** CSS grid track: '2fr', '96px', 'minmax(160px, 3fr)'. */
  readonly track: string
  readonly numeric?: boolean
  readonly sortable?: boolean
  /** Place on a phone's two-line row; columns without one are left out there. */
  readonly phone?: 'title' | 'side' | 'meta'
  /** On a phone its title stands in front: the value alone says nothing. */
  readonly named?: boolean
  readonly render: (row: Row) => ReactNode
}

export interface Sort {
  readonly by: string
  readonly order: Order
  readonly onChange: (by: string, order: Order) => void
}

/** Rows chosen for a command, by key. */
export interface Selection {
  readonly keys: ReadonlySet<string>
  readonly onChange: (keys: ReadonlySet<string>) => void
}

const ROW_PX = 56
const PHONE_ROW_PX = 76
/** With three lines on a phone. */
const TALL_ROW_PX = 108
/** Rows drawn beyond the visible ones, so that a quick scroll does not show gaps. */
const OVERSCAN = 12
/** Below this many rows all are drawn: find-in-page and printing then see everything. */
const WINDOW_FROM = 60

/** First and last row near the screen; the page itself scrolls. */
function useWindow(rows: number, rowPx: number) {
  const body = useRef<HTMLDivElement>(null)
  const [range, setRange] = useState(() => ({ first: 0, last: Math.ceil(window.innerHeight / rowPx) }))
  const windowed = rows > WINDOW_FROM
  useEffect(() => {
    if (!windowed) return
    const look = () => {
      const top = body.current?.getBoundingClientRect().top ?? 0
      const first = Math.max(0, Math.floor(-top / rowPx) - OVERSCAN)
      const last = Math.ceil((window.innerHeight - top) / rowPx) + OVERSCAN
      setRange(old => (old.first === first && old.last === last ? old : { first, last }))
    }
    look()
    window.addEventListener('scroll', look, { passive: true })
    window.addEventListener('resize', look)
    return () => {
      window.removeEventListener('scroll', look)
      window.removeEventListener('resize', look)
    }
  }, [windowed, rowPx])
  const { first, last } = windowed ? { first: range.first, last: Math.min(range.last, rows) } : { first: 0, last: rows }
  return { body, first, last, windowed }
}

interface Props<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  /** Undefined while the first answer is awaited: skeleton rows stand in. */
  readonly rows: readonly Row[] | undefined
  readonly rowKey: (row: Row) => string
  readonly sort?: Sort
  readonly empty: ReactNode
  readonly selection?: Selection
  /** Its rows have more in them than two lines of a phone hold. */
  readonly tall?: boolean
}

/** A dense table of rows of one height: sorted by its head, two-line rows on a phone, thousands of rows without strain. */
export function DataTable<Row>({ label, columns, rows, rowKey, sort, empty, selection, tall = false }: Props<Row>) {
  const phone = usePhone()
  const rowPx = phone ? (tall ? TALL_ROW_PX : PHONE_ROW_PX) : ROW_PX
  const { body, first, last, windowed } = useWindow(rows?.length ?? 0, rowPx)
  const shown = useMemo(
    () => (phone ? columns.filter(column => column.phone !== undefined) : columns),
    [phone, columns],
  )
  const tracks = shown.map(column => column.track).join(' ')
  const gridTemplateColumns = phone ? undefined : selection === undefined ? tracks : `24px ${tracks}`
  // A short table on a phone gives a row with much in it a third line; where rows are windowed all are of one height.
  const height = phone && !windowed ? { minHeight: PHONE_ROW_PX } : { height: rowPx }
  if (rows?.length === 0) return <>{empty}</>
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: a grid of one-height rows that can be windowed is no <table>
    // biome-ignore-start lint/a11y/useFocusableInteractive: what the cells hold is focused, not the rows
    <div className={phone ? 'table phone' : 'table'} role="table" aria-label={label} aria-rowcount={rows?.length ?? -1}>
      <div className="table-head" role="row" style={{ gridTemplateColumns }}>
        {selection !== undefined && rows !== undefined && <SelectAll selection={selection} keys={rows.map(rowKey)} />}
        {shown.map(column => (
          <ColumnHead key={column.key} column={column} {...(sort === undefined ? {} : { sort })} />
        ))}
      </div>
      <div
        role="rowgroup"
        ref={body}
        style={rows && windowed ? { height: rows.length * rowPx, paddingTop: first * rowPx } : undefined}
        aria-busy={rows === undefined}
      >
        {rows === undefined
          ? [0, 1, 2, 3, 4].map(i => (
              <SkeletonRow key={i} cells={shown.length} style={{ gridTemplateColumns, height: rowPx }} />
            ))
          : rows.slice(first, last).map((row, i) => (
              <div
                key={rowKey(row)}
                className="table-row"
                role="row"
                aria-rowindex={first + i + 1}
                style={{ gridTemplateColumns, ...height }}
              >
                {selection !== undefined && <SelectRow selection={selection} rowKey={rowKey(row)} />}
                <Cells row={row} columns={shown} phone={phone} />
              </div>
            ))}
      </div>
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: as above
    // biome-ignore-end lint/a11y/useSemanticElements: as above
  )
}

interface CellsProps<Row> {
  readonly row: Row
  readonly columns: readonly Column<Row>[]
  readonly phone: boolean
}

function AllCells<Row>({ row, columns, phone }: CellsProps<Row>): ReactNode {
  return columns.map(column => (
    // biome-ignore lint/a11y/useSemanticElements: see DataTable
    <div key={column.key} role="cell" className={cellClass(column, phone)}>
      {phone && column.named && <span className="muted">{column.title} </span>}
      {column.render(row)}
    </div>
  ))
}

/** Drawn again only when the row itself is another. `memo` forgets that the function is generic. */
const Cells = memo(AllCells) as typeof AllCells

function SelectAll({ selection: { keys, onChange }, keys: all }: { selection: Selection; keys: readonly string[] }) {
  const { t } = useTranslation()
  const chosen = all.filter(key => keys.has(key)).length
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DataTable
    // biome-ignore lint/a11y/useFocusableInteractive: the box inside is focused
    <div role="columnheader" className="table-cell select-cell">
      <input
        type="checkbox"
        aria-label={t('table.selectAll')}
        title={t('table.selectAll')}
        checked={chosen > 0 && chosen === all.length}
        ref={box => {
          if (box !== null) box.indeterminate = chosen > 0 && chosen < all.length
        }}
        onChange={event => onChange(new Set(event.target.checked ? all : []))}
      />
    </div>
  )
}

function SelectRow({ selection: { keys, onChange }, rowKey }: { selection: Selection; rowKey: string }) {
  const { t } = useTranslation()
  const toggle = (checked: boolean) => {
    const next = new Set(keys)
    if (checked) next.add(rowKey)
    else next.delete(rowKey)
    onChange(next)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DataTable
    <div role="cell" className="table-cell select-cell">
      <input
        type="checkbox"
        aria-label={t('table.select')}
        checked={keys.has(rowKey)}
        onChange={event => toggle(event.target.checked)}
      />
    </div>
  )
}

function cellClass<Row>(column: Column<Row>, phone: boolean): string {
  return `table-cell${column.numeric ? ' numeric' : ''}${phone ? ` at-${column.phone}` : ''}`
}

function SkeletonRow({ cells, style }: { cells: number; style: React.CSSProperties }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DataTable
    // biome-ignore lint/a11y/useFocusableInteractive: see DataTable
    <div className="table-row" role="row" style={style}>
      {Array.from({ length: cells }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars have no identity
        <div key={i} className="table-cell">
          <Skeleton width={i === 0 ? '50%' : '70%'} />
        </div>
      ))}
    </div>
  )
}

function ColumnHead<Row>({ column, sort }: { column: Column<Row>; sort?: Sort }) {
  const { t } = useTranslation()
  const active = sort?.by === column.key
  const className = `table-cell${column.numeric ? ' numeric' : ''}`
  const ariaSort = active ? (sort.order === 'asc' ? 'ascending' : 'descending') : undefined
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DataTable
    // biome-ignore lint/a11y/useFocusableInteractive: the button inside is focused
    <div role="columnheader" className={className} aria-sort={ariaSort}>
      {sort !== undefined && column.sortable ? (
        <button
          type="button"
          className={active ? 'sort active' : 'sort'}
          title={t('table.sort')}
          // Numbers are wanted big first, words from A.
          onClick={() =>
            sort.onChange(
              column.key,
              active ? (sort.order === 'asc' ? 'desc' : 'asc') : column.numeric ? 'desc' : 'asc',
            )
          }
        >
          {column.title}
          <Icon name={active && sort.order === 'asc' ? 'up' : 'down'} size={14} />
        </button>
      ) : (
        column.title
      )}
    </div>
  )
}
