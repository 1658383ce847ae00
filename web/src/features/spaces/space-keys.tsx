import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { ChoiceField } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Skeleton } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { spaceKeysQuery } from '../../lib/api/queries.ts'

/** Seconds an old push key is still taken, as choices. */
const GRACES = ['0', '3600', '86400', '604800'] as const

/** The secrets of a space: covered until asked for, replaced without breaking what runs. */
export function SpaceKeysCard({ name, mayRotate }: { name: string; mayRotate: boolean }) {
  const { t } = useTranslation()
  const [rotating, setRotating] = useState<'push' | 'play' | null>(null)
  const keys = useQuery(spaceKeysQuery(name))
  const rotate = (which: 'push' | 'play') =>
    mayRotate && (
      <Button size="small" icon={<Icon name="refresh" size={16} />} onClick={() => setRotating(which)}>
        {t('spaces.rotate')}
      </Button>
    )
  return (
    <div className="space-keys">
      <Card
        title={t('spaces.pushKeys')}
        extra={
          <>
            <ShowApiCall call={api('getSpaceKeys', { path: { name } })} compact />
            {rotate('push')}
          </>
        }
      >
        {keys.isError && <ErrorPanel error={keys.error} what={t('spaces.keysFailed')} />}
        {keys.isPending && <Skeleton width="80%" />}
        {keys.data?.push.map(({ key, validUntil }) => (
          <div key={key} className="space-key">
            <CopyField secret label={t(validUntil === null ? 'spaces.keyInForce' : 'spaces.keyOld')} value={key} />
            {validUntil !== null && (
              <small className="muted">
                {t('spaces.validUntil')} <Moment at={validUntil} />
              </small>
            )}
          </div>
        ))}
        <p className="muted">{t('spaces.pushKeysHow')}</p>
      </Card>
      <Card title={t('spaces.playKeys')} extra={rotate('play')}>
        {keys.data?.play.map(({ key }, i) => (
          <CopyField key={key} secret label={t(i === 0 ? 'spaces.keyMain' : 'spaces.keyBackup')} value={key} />
        ))}
        <p className="muted">{t('spaces.playKeysHow')}</p>
      </Card>
      {rotating !== null && <Rotate name={name} which={rotating} onClose={() => setRotating(null)} />}
    </div>
  )
}

function Rotate({ name, which, onClose }: { name: string; which: 'push' | 'play'; onClose: () => void }) {
  const { t } = useTranslation()
  const [grace, setGrace] = useState<(typeof GRACES)[number]>('3600')
  return (
    <ConfirmAction
      title={t(which === 'push' ? 'spaces.rotatePush' : 'spaces.rotatePlay', { name })}
      action={t('spaces.rotate')}
      done={t('spaces.rotated')}
      failed={t('spaces.rotateFailed')}
      call={
        which === 'push'
          ? api('rotatePushKey', { path: { name }, body: { graceSeconds: Number(grace) } })
          : api('rotatePlayKey', { path: { name } })
      }
      onClose={onClose}
    >
      <p>{t(which === 'push' ? 'spaces.rotatePushEffect' : 'spaces.rotatePlayEffect')}</p>
      {which === 'push' && (
        <ChoiceField
          label={t('spaces.grace')}
          hint={t('spaces.graceHow')}
          value={grace}
          onChange={setGrace}
          options={GRACES.map(value => ({ value, label: t(`spaces.graceOf.${value}`) }))}
        />
      )}
    </ConfirmAction>
  )
}
