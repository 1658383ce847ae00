import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Stream } from '../lib/api/types.ts'
import { address, codecName } from '../lib/format.ts'
import { Icon } from './icon.tsx'
import { StateTag } from './state-tag.tsx'

/** Waiting for the first picture of a stream; green, with the way to it, when it has come. */
export function Arrival({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { live } = stream
  const here = [
    live?.video && `${codecName(live.video.codec)} ${live.video.width}×${live.video.height}`,
    live?.publisher && address(live.publisher.remote),
  ]
  return (
    <div className={live === null ? 'arrival' : 'arrival arrived'} role="status">
      <StateTag
        state={live === null ? 'starting' : 'on'}
        word={t(live === null ? 'create.waiting' : 'create.arrived')}
      />
      <span className="muted grow">{live === null ? t('create.waitingHint') : here.filter(Boolean).join(' · ')}</span>
      {live !== null && (
        <Button
          type="primary"
          icon={<Icon name="play" size={16} />}
          onClick={() => void navigate({ to: '/streams/$id', params: { id: stream.id } })}
        >
          {t('create.watch')}
        </Button>
      )}
    </div>
  )
}
