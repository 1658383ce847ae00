import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { StreamFilter } from '../../components/stream-filter.tsx'
import { useAction } from '../../components/use-action.ts'
import { type ApiCall, api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { streamNamesQuery } from '../../lib/api/recording-queries.ts'
import type { ParentPlatform, StreamShare } from '../../lib/api/types.ts'
import { streamSharesQuery } from './queries.ts'

/** Streams that no device brings: it sees them as channels, under codes of their own. */
export function SharedStreams({ parent }: { parent: ParentPlatform }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const shares = useInfiniteQuery(streamSharesQuery(parent.id))
  const rows = shares.data?.pages.flatMap(({ items }) => items)
  const mayWrite = useMay('parents.write')
  const [picking, setPicking] = useState(false)
  const unshare = useAction({ done: t('parents.unshared') })
  const { mutate } = unshare
  const columns = useMemo(
    (): readonly Column<StreamShare>[] => [
      {
        key: 'here',
        title: t('parents.here'),
        track: 'minmax(160px, 2fr)',
        phone: 'title',
        render: ({ streamId, path }) => (
          <Link to="/streams/$id" params={{ id: streamId }} className="ellipsis">
            {path}
          </Link>
        ),
      },
      {
        key: 'there',
        title: t('parents.there'),
        track: 'minmax(180px, 2fr)',
        phone: 'meta',
        render: ({ name, sharedId }) => (
          <span className="two-lines">
            <span className="ellipsis">{name}</span>
            <small className="tabular">{sharedId}</small>
          </span>
        ),
      },
      ...(mayWrite
        ? [
            {
              key: 'unshare',
              title: '',
              track: '56px',
              numeric: true,
              phone: 'side' as const,
              render: ({ path, streamId }: StreamShare) => (
                <IconButton
                  icon="close"
                  label={t('parents.unshare')}
                  of={path}
                  onClick={() =>
                    mutate(api('unshareStreams', { path: { id: parent.id }, body: { streamIds: [streamId] } }), {
                      onError: error => void message.error(error.message),
                    })
                  }
                />
              ),
            },
          ]
        : []),
    ],
    [t, mayWrite, mutate, message, parent.id],
  )
  return (
    <Card
      className="flush"
      title={t('parents.streams')}
      extra={
        <>
          <ShowApiCall call={api('listStreamShares', { path: { id: parent.id } })} compact />
          {mayWrite && (
            <Button icon={<Icon name="plus" size={16} />} onClick={() => setPicking(true)}>
              {t('parents.shareStream')}
            </Button>
          )}
        </>
      }
    >
      {shares.isError && rows === undefined ? (
        <ErrorPanel error={shares.error} what={t('parents.sharesFailed')} onRetry={() => void shares.refetch()} />
      ) : (
        <DataTable
          label={t('parents.streams')}
          columns={columns}
          rows={rows}
          rowKey={({ streamId }) => streamId}
          empty={
            <Empty title={t('parents.noStreams')}>
              <p className="muted">{t('parents.noStreamsHow')}</p>
            </Empty>
          }
        />
      )}
      <Endless query={shares} />
      {picking && <ShareStream parent={parent} onClose={() => setPicking(false)} />}
    </Card>
  )
}

function ShareStream({ parent, onClose }: { parent: ParentPlatform; onClose: () => void }) {
  const { t } = useTranslation()
  const [path, setPath] = useState<string | undefined>()
  const [name, setName] = useState('')
  const stream = useQuery(streamNamesQuery(parent.space)).data?.find(each => each.path === path)
  const told = name.trim() === '' ? null : name.trim()
  return (
    <FormDialog
      title={t('parents.shareStreamTitle', { name: parent.name })}
      action={t('parents.share')}
      done={t('parents.streamShared')}
      failed={t('parents.notSaved')}
      call={shareOne(parent.id, stream?.id ?? '', told)}
      ready={stream !== undefined}
      onClose={onClose}
    >
      <StreamFilter space={parent.space} path={path} onChange={setPath} />
      <TextField
        label={t('parents.sharedName')}
        hint={t('parents.sharedNameHow', { name: stream?.title || stream?.name || t('stream.title') })}
        maxLength={200}
        value={name}
        onChange={setName}
      />
    </FormDialog>
  )
}

/** The answer has a row for each stream; of one that is refused it is the error. */
function shareOne(parent: string, streamId: string, name: string | null): ApiCall {
  const call = api('shareStreams', { path: { id: parent }, body: { streams: [{ streamId, name }] } })
  const send = async () => {
    const { results } = await call.send()
    const refused = results.find(({ ok }) => !ok)
    if (refused) throw new Error(refused.error?.message)
  }
  return { ...call, send }
}
