import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Facts, Page, Skeleton } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { address, bytes, count, milliseconds } from '../../lib/format.ts'
import { viewerQuery } from './queries.ts'
import { SessionFacts } from './session-facts.tsx'

/** Everything about one viewer: from his node while he watches, afterwards from the history. */
export function ViewerPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/viewers/$id' })
  const { data: viewer, isError, error, refetch } = useQuery(viewerQuery(id))
  const mayKick = useMay('streams.kick')
  const call = api('getViewer', { path: { id } })
  if (viewer === undefined)
    return (
      <Page title={t('viewer.title')} actions={<ShowApiCall call={call} compact />}>
        {isError ? (
          <ErrorPanel error={error} what={t('viewer.loadFailed')} onRetry={() => void refetch()} />
        ) : (
          <Card>
            <Skeleton width="60%" />
          </Card>
        )}
      </Page>
    )
  const { bufferedBytes, bytesSent, delayMs, framesDropped, path, playerDroppedFrames, remote, state } = viewer
  const number = (value: number | null) => <span className="tabular">{value === null ? '–' : count(value)}</span>
  return (
    <Page
      title={address(remote)}
      lead={
        <span className="stream-lead">
          <Link to="/viewers" search={{ path }}>
            {t('section.viewers')}
          </Link>
          <span className="muted">{path}</span>
          <StateTag state={state} word={t(state === 'on' ? 'viewer.watching' : 'viewer.gone')} />
        </span>
      }
      actions={
        <>
          <ShowApiCall call={call} compact />
          {mayKick && state === 'on' && <Kick id={id} name={address(remote)} />}
        </>
      }
    >
      <div className="two-cards">
        <SessionFacts session={viewer} />
        <Card title={t('viewer.how')}>
          <Facts
            rows={[
              { label: t('viewers.sent'), value: <Measure of={bytesSent === null ? null : bytes(bytesSent)} /> },
              {
                label: t('viewers.buffered'),
                value: <Measure of={bufferedBytes === null ? null : bytes(bufferedBytes)} />,
                title: t('viewer.bufferedHow'),
              },
              { label: t('viewers.dropped'), value: number(framesDropped), title: t('viewer.droppedHow') },
              {
                label: t('player.delay'),
                value: <Measure of={delayMs === null ? null : milliseconds(delayMs)} />,
                title: t('viewer.delayHow'),
              },
              { label: t('viewer.notShown'), value: number(playerDroppedFrames), title: t('viewer.delayHow') },
            ]}
          />
        </Card>
      </div>
    </Page>
  )
}

function Kick({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button danger icon={<Icon name="kick" />} onClick={() => setOpen(true)}>
        {t('kick.viewer')}
      </Button>
      {open && (
        <ConfirmAction
          title={t('kick.viewerTitle', { remote: name })}
          action={t('kick.viewer')}
          failed={t('kick.failed')}
          done={t('kick.done', { name })}
          call={api('kickViewer', { path: { id } })}
          onClose={() => setOpen(false)}
        >
          <p>{t('kick.viewerEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
