import { useQuery } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { StreamState } from '../../components/stream-state.tsx'
import { streamNamesQuery } from '../../lib/api/recording-queries.ts'
import type { Stream } from '../../lib/api/types.ts'

/** Of the streams that match; more have to be searched for. */
const MAX_SHOWN = 60
export const MAX_STREAMS = 4

interface Props {
  readonly space: string | undefined
  readonly streams: readonly Stream[]
  readonly onChange: (ids: readonly string[]) => void
}

/** The streams that are shown at one time, and more of them. */
export function StreamPicks({ space, streams, onChange }: Props) {
  const { t } = useTranslation()
  const [picking, setPicking] = useState(false)
  const ids = streams.map(({ id }) => id)
  return (
    <div className="stream-picks">
      {streams.map(({ id, title, name }) => (
        <button
          key={id}
          type="button"
          className="label"
          title={t('replay.takeOut')}
          aria-label={`${t('replay.takeOut')}: ${title || name}`}
          onClick={() => onChange(ids.filter(each => each !== id))}
        >
          {title || name}
          <Icon name="close" size={14} />
        </button>
      ))}
      {streams.length < MAX_STREAMS && (
        <Button
          size={streams.length === 0 ? 'middle' : 'small'}
          type={streams.length === 0 ? 'primary' : 'default'}
          icon={<Icon name="plus" size={16} />}
          onClick={() => setPicking(true)}
        >
          {t(streams.length === 0 ? 'replay.pick' : 'replay.add')}
        </Button>
      )}
      {picking && (
        <Picker
          space={space}
          chosen={ids}
          onPick={id => {
            onChange([...ids, id])
            setPicking(false)
          }}
          onClose={() => setPicking(false)}
        />
      )}
    </div>
  )
}

interface PickerProps {
  readonly space: string | undefined
  readonly chosen: readonly string[]
  readonly onPick: (id: string) => void
  readonly onClose: () => void
}

function Picker({ space, chosen, onPick, onClose }: PickerProps) {
  const { t } = useTranslation()
  const streams = useQuery(streamNamesQuery(space))
  const [q, setQ] = useState('')
  const words = q.toLowerCase()
  const found = (streams.data ?? []).filter(
    ({ id, path, title }) => !chosen.includes(id) && `${path} ${title}`.toLowerCase().includes(words),
  )
  const [first] = found
  return (
    <Modal open width={520} title={t('replay.pick')} footer={null} onCancel={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          if (first !== undefined) onPick(first.id)
        }}
      >
        <Input
          autoFocus
          aria-label={t('streams.search')}
          placeholder={t('streams.search')}
          value={q}
          onChange={event => setQ(event.target.value)}
        />
      </form>
      <ul className="picks-list" aria-busy={streams.isPending}>
        {found.slice(0, MAX_SHOWN).map(stream => (
          <li key={stream.id}>
            <button type="button" className="row plain-button" onClick={() => onPick(stream.id)}>
              <span className="row-main">
                <strong>{stream.title || stream.name}</strong>
                <small>{stream.path}</small>
              </span>
              <StreamState stream={stream} />
            </button>
          </li>
        ))}
        {streams.data !== undefined && found.length === 0 && <li className="muted">{t('streams.noMatch')}</li>}
      </ul>
    </Modal>
  )
}
