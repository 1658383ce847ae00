import { useQuery } from '@tanstack/react-query'
import { Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { StreamState } from '../../components/stream-state.tsx'
import { streamSearchQuery } from '../../lib/api/queries.ts'

/** Rows offered; with more the search narrows. */
const OFFERED = 50

interface Props {
  readonly space: string | undefined
  /** Ids already on the wall. */
  readonly shown: readonly (string | null)[]
  readonly onPick: (id: string) => void
  readonly onClose: () => void
}

/** Which stream goes there: type a few letters, Enter takes the first. */
export function StreamPicker({ space, shown, onPick, onClose }: Props) {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const { data: streams } = useQuery(streamSearchQuery(q.trim(), space, OFFERED))
  const first = streams?.[0]
  return (
    <Modal open width={520} footer={null} title={t('wall.pick')} onCancel={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          if (first !== undefined) onPick(first.id)
        }}
      >
        <Input
          autoFocus
          type="search"
          prefix={<Icon name="search" size={16} />}
          placeholder={t('streams.search')}
          aria-label={t('streams.search')}
          value={q}
          onChange={event => setQ(event.target.value)}
        />
      </form>
      <ul className="picker">
        {streams?.map(stream => (
          <li key={stream.id}>
            <button type="button" className="row" onClick={() => onPick(stream.id)}>
              <span className="row-main">
                <strong>{stream.name}</strong>
                <small>{stream.path}</small>
              </span>
              {shown.includes(stream.id) && <small className="muted">{t('wall.onWall')}</small>}
              <StreamState stream={stream} />
            </button>
          </li>
        ))}
      </ul>
      {streams?.length === 0 && <p className="muted">{t('streams.noMatch')}</p>}
    </Modal>
  )
}
