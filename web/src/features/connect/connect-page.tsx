import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Arrival } from '../../components/arrival.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Page, Skeleton } from '../../components/page.tsx'
import { PublishGuide, toolOf } from '../../components/publish-guide.tsx'
import { streamQuery, streamSearchQuery } from '../../lib/api/queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { ffplayCommand, htmlSnippet, recordCommand, vlcCommand } from '../../lib/publish-recipes.ts'
import './connect.css'

/** Streams offered in the list; a stream's own page leads here with its own. */
const OFFERED = 100

/** How to get a picture in and out, with the values of this server and one stream filled in. */
export function ConnectPage() {
  const { t } = useTranslation()
  const { space } = useSearch({ from: '/frame' })
  const { stream: chosen, with: tool } = useSearch({ from: '/frame/connect' })
  const navigate = useNavigate({ from: '/connect' })
  const list = useQuery(streamSearchQuery('', space, OFFERED))
  const id = chosen ?? list.data?.find(({ state }) => state === 'off')?.id ?? list.data?.[0]?.id
  const { data: stream, isError, error } = useQuery({ ...streamQuery(id ?? ''), enabled: id !== undefined })
  const names = stream === undefined || list.data?.some(each => each.id === stream.id) ? [] : [stream]
  return (
    <Page
      title={t('section.connect')}
      lead={t('connect.lead')}
      actions={
        <Link to="/streams" search={{ create: true }}>
          <Button tabIndex={-1} icon={<Icon name="plus" />}>
            {t('streams.create')}
          </Button>
        </Link>
      }
    >
      {(list.isError || isError) && <ErrorPanel error={list.error ?? error} what={t('streams.loadFailed')} />}
      {list.data?.length === 0 && chosen === undefined ? (
        <Card>
          <Empty title={t('streams.emptyTitle')}>
            <p className="muted">{t('streams.emptyText')}</p>
          </Empty>
        </Card>
      ) : (
        <>
          <label className="field connect-stream">
            <span>{t('stream.title')}</span>
            <select
              className="select"
              value={id ?? ''}
              onChange={event =>
                void navigate({ search: old => ({ ...old, stream: event.target.value }), replace: true })
              }
            >
              {[...names, ...(list.data ?? [])].map(({ id, path }) => (
                <option key={id} value={id}>
                  {path}
                </option>
              ))}
            </select>
          </label>
          {stream === undefined ? (
            <Card>
              <Skeleton width="60%" />
              <Skeleton width="90%" />
            </Card>
          ) : (
            <Both
              stream={stream}
              tool={tool}
              onTool={next => void navigate({ search: old => ({ ...old, with: next }), replace: true })}
            />
          )}
        </>
      )}
    </Page>
  )
}

interface BothProps {
  readonly stream: Stream
  readonly tool: string | undefined
  readonly onTool: (tool: string) => void
}

function Both({ stream, tool, onTool }: BothProps) {
  const { t } = useTranslation()
  const { play } = stream
  return (
    <>
      <Arrival stream={stream} />
      <div className="connect-columns">
        <Card title={t('connect.in')}>
          <PublishGuide publish={stream.publish} tool={toolOf(tool)} onTool={onTool} />
        </Card>
        <Card title={t('connect.out')}>
          <CopyField label={t('connect.ffplay')} value={ffplayCommand(play)} />
          <CopyField label="VLC" value={vlcCommand(play)} />
          <CopyField label={t('connect.phone')} value={play.hls} />
          <CopyField label={t('connect.record')} value={recordCommand(play)} />
          <CopyField label={t('connect.page')} value={htmlSnippet(play)} multiline />
        </Card>
      </div>
    </>
  )
}
