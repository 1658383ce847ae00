import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon, type IconName } from '../../components/icon.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { deviceSearchQuery, streamSearchQuery } from '../../lib/api/queries.ts'
import { useMenu } from './menu.ts'

interface Hit {
  readonly key: string
  readonly icon: IconName
  readonly title: string
  readonly detail?: string
  readonly on?: boolean
  go(): void
}

/** Letters typed within this time are one question to the platform. */
const DEBOUNCE_MS = 150

function useDebounced(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), DEBOUNCE_MS)
    return () => window.clearTimeout(timer)
  }, [value])
  return settled
}

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Search over everything, from anywhere: `/` opens it, arrows choose, Enter goes there. */
export function SearchPalette() {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const command = event.key === 'k' && (event.ctrlKey || event.metaKey)
      if (!command && (event.key !== '/' || typing(event.target) || event.ctrlKey || event.altKey)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  return (
    <>
      <button type="button" className="search-button" onClick={() => setOpen(true)} aria-label={t('search.open')}>
        <Icon name="search" />
        <span className="search-button-word">{t('search.open')}</span>
        <kbd className="search-button-key">/</kbd>
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog by itself */}
      <dialog
        ref={dialog}
        className="search-dialog"
        aria-label={t('search.open')}
        onClose={() => setOpen(false)}
        onClick={event => event.target === dialog.current && setOpen(false)}
      >
        {open && <Palette close={() => setOpen(false)} />}
      </dialog>
    </>
  )
}

function useHits(q: string, close: () => void): { hits: readonly Hit[]; pending: boolean } {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { space } = useSearch({ from: '/frame' })
  const settled = useDebounced(q.trim())
  const { data: streams, isPending } = useQuery(streamSearchQuery(settled, space))
  const { data: ofDevices } = useQuery({ ...deviceSearchQuery(settled, space), enabled: settled !== '' })
  const menu = useMenu()
  const pages = menu
    .flatMap(({ icon, pages }) => pages.map(page => ({ ...page, icon })))
    .map(({ key, to, icon }): Hit => {
      const go = () => {
        close()
        void navigate({ to })
      }
      return { key, icon, title: t(`section.${key}`), go }
    })
    .filter(({ title }) => title.toLowerCase().includes(settled.toLowerCase()))
  const found = (streams ?? []).map(({ id, name, path, state }): Hit => {
    const go = () => {
      close()
      void navigate({ to: '/streams/$id', params: { id } })
    }
    return { key: `stream ${id}`, icon: 'streams', title: name, detail: path, on: state === 'on', go }
  })
  const devices = (settled === '' ? [] : (ofDevices?.devices ?? [])).map(({ id, name, gbId, state }): Hit => {
    const go = () => {
      close()
      void navigate({ to: '/devices/$id', params: { id } })
    }
    return { key: `device ${id}`, icon: 'nodes', title: name, detail: gbId, on: state === 'on', go }
  })
  const channels = (settled === '' ? [] : (ofDevices?.channels ?? [])).map(({ id, name, deviceName, state }): Hit => {
    const go = () => {
      close()
      void navigate({ to: '/channels/$id', params: { id } })
    }
    return { key: `channel ${id}`, icon: 'camera', title: name, detail: deviceName, on: state === 'on', go }
  })
  return { hits: [...pages, ...devices, ...channels, ...found], pending: isPending }
}

function Palette({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const [chosen, setChosen] = useState(0)
  const list = useId()
  const { hits, pending } = useHits(q, close)
  const at = Math.min(chosen, Math.max(0, hits.length - 1))
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setChosen((at + step + hits.length) % Math.max(1, hits.length))
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) hits[at]?.go()
  }
  return (
    <>
      <div className="search-input">
        <Icon name="search" size={20} />
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type into it
          autoFocus
          value={q}
          placeholder={t('search.placeholder')}
          aria-label={t('search.placeholder')}
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={hits.length > 0 ? `${list}-${at}` : undefined}
          onChange={event => {
            setQ(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="search-hits" role="listbox" id={list} aria-label={t('search.open')}>
        {hits.map((hit, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input holds the focus and handles the keys
          // biome-ignore lint/a11y/useFocusableInteractive: chosen by aria-activedescendant
          <div
            key={hit.key}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === at}
            className="search-hit"
            onClick={hit.go}
            onPointerMove={() => setChosen(i)}
          >
            <Icon name={hit.icon} />
            <span className="search-hit-title">{hit.title}</span>
            <span className="search-hit-detail">{hit.detail}</span>
            {hit.on !== undefined && <StateTag state={hit.on ? 'on' : 'off'} />}
          </div>
        ))}
        {hits.length === 0 && !pending && <p className="search-none">{t('search.none', { q })}</p>}
      </div>
    </>
  )
}
