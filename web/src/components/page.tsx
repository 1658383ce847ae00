import type { ReactNode } from 'react'
import { useTitle } from './site.tsx'

/** Title row and body of every page. The document's title follows, so that tabs and history can be told apart. */
export function Page(props: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const { title, lead, actions, children } = props
  useTitle(title)
  return (
    <div className="page">
      <header className="page-head">
        <div className="grow">
          <h1>{title}</h1>
          {lead !== undefined && <div className="page-lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Card(props: { title?: string; extra?: ReactNode; children: ReactNode; className?: string }) {
  const { title, extra, children, className = '' } = props
  return (
    <section className={`card ${className}`}>
      {title !== undefined && (
        <header className="card-head">
          <h2>{title}</h2>
          <span className="grow" />
          {extra}
        </header>
      )}
      {children}
    </section>
  )
}

/** Label and value rows. */
export function Facts({
  rows,
}: {
  rows: readonly { label: string; value: ReactNode; title?: string; note?: string }[]
}) {
  return (
    <dl className="facts">
      {rows.map(({ label, value, title, note }) => (
        <div key={label} title={title}>
          <dt>{label}</dt>
          <dd>{value}</dd>
          {note !== undefined && note !== '' && <dd className="fact-note">{note}</dd>}
        </div>
      ))}
    </dl>
  )
}

/** A page or table with nothing in it says what goes there, and how. */
export function Empty(props: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <h3>{props.title}</h3>
      {props.children}
      {props.action}
    </div>
  )
}

/** Grey bars of the final size while the first answer is on its way. */
export function Skeleton({ width = '100%', height = 14 }: { width?: number | string; height?: number }) {
  return <span className="skeleton" style={{ width, height }} aria-hidden="true" />
}
