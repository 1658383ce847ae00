import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'

interface Props<Key extends string> {
  readonly label: string
  readonly tabs: readonly { readonly key: Key; readonly title: string }[]
  readonly open: Key
  readonly onOpen: (key: Key) => void
  readonly children: ReactNode
}

/** One of several views of the same thing. Arrows move between the titles; pages keep the open one in the URL. */
export function Tabs<Key extends string>({ label, tabs, open, onOpen, children }: Props<Key>) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  // on a phone the open one may be beyond the edge
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`[data-key="${open}"]`)
    if (list.current && tab) list.current.scrollLeft = tab.offsetLeft - (list.current.clientWidth - tab.clientWidth) / 2
  }, [open])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const at = tabs.findIndex(({ key }) => key === open)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (step === 0 || next === undefined) return
    event.preventDefault()
    onOpen(next.key)
    event.currentTarget.querySelector<HTMLElement>(`[data-key="${next.key}"]`)?.focus()
  }
  return (
    <section className="tabs">
      <div ref={list} role="tablist" aria-label={label} className="tab-list" onKeyDown={onKeyDown}>
        {tabs.map(({ key, title }) => (
          <button
            key={key}
            type="button"
            role="tab"
            className="tab"
            data-key={key}
            id={`${id}-${key}`}
            aria-selected={key === open}
            aria-controls={`${id}-panel`}
            tabIndex={key === open ? 0 : -1}
            onClick={() => onOpen(key)}
          >
            {title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${open}`} className="tab-panel">
        {children}
      </div>
    </section>
  )
}
