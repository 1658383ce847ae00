import { useInfiniteQuery } from '@tanstack/react-query'
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
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { ParentPlatform, Share } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { sharesQuery } from './queries.ts'
import { SharePicker } from './share-picker.tsx'

/** Which channels it sees, and under which codes and names. */
export function Shares({ parent }: { parent: ParentPlatform }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const shares = useInfiniteQuery(sharesQuery(parent.id))
  const rows = shares.data?.pages.flatMap(({ items }) => items)
  const mayWrite = useMay('parents.write')
  const [picking, setPicking] = useState(false)
  const [editing, setEditing] = useState<Share | null>(null)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const columns = useColumns(mayWrite, setEditing)
  const ids = rows?.filter(({ channelId }) => chosen.has(channelId)).map(({ channelId }) => channelId) ?? []
  const unshare = useAction({ done: t('parents.unshared'), onDone: () => setChosen(new Set()) })
  const pick = mayWrite && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setPicking(true)}>
      {t('parents.share')}
    </Button>
  )
  return (
    <>
      {ids.length > 0 && (
        <div className="bulk-bar">
          <strong className="tabular">{t('bulk.chosen', { n: count(ids.length) })}</strong>
          <span className="grow" />
          <Button
            danger
            loading={unshare.isPending}
            onClick={() =>
              unshare.mutate(api('unshareChannels', { path: { id: parent.id }, body: { channelIds: ids } }), {
                onError: error => void message.error(error.message),
              })
            }
          >
            {t('parents.unshare')}
          </Button>
        </div>
      )}
      <Card
        className="flush"
        title={t('parents.tab.shares')}
        extra={
          <>
            <ShowApiCall call={api('listShares', { path: { id: parent.id } })} compact />
            {pick}
          </>
        }
      >
        {shares.isError && rows === undefined ? (
          <ErrorPanel error={shares.error} what={t('parents.sharesFailed')} onRetry={() => void shares.refetch()} />
        ) : (
          <DataTable
            label={t('parents.tab.shares')}
            columns={columns}
            rows={rows}
            rowKey={({ channelId }) => channelId}
            {...(mayWrite ? { selection: { keys: chosen, onChange: setChosen } } : {})}
            empty={
              <Empty title={t('parents.noShares')} action={pick}>
                <p className="muted">{t('parents.noSharesHow')}</p>
              </Empty>
            }
          />
        )}
        <Endless query={shares} />
      </Card>
      {picking && <SharePicker parent={parent} onClose={() => setPicking(false)} />}
      {editing !== null && <EditShare parent={parent} share={editing} onClose={() => setEditing(null)} />}
    </>
  )
}

function useColumns(mayWrite: boolean, onEdit: (share: Share) => void): readonly Column<Share>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'here',
        title: t('parents.here'),
        track: 'minmax(180px, 2fr)',
        phone: 'title',
        render: ({ channelId, channelName, channelGbId }) => (
          <Link to="/channels/$id" params={{ id: channelId }} className="stream-name">
            <strong>{channelName}</strong>
            <small className="tabular">{channelGbId}</small>
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
      {
        key: 'group',
        title: t('parents.group'),
        track: 'minmax(196px, 1fr)',
        render: ({ groupGbId }) => <span className="tabular ellipsis">{groupGbId ?? '–'}</span>,
      },
      {
        key: 'by',
        title: t('parents.by'),
        track: '150px',
        render: ({ directoryId }) => t(directoryId === null ? 'parents.byItself' : 'parents.byDirectory'),
      },
      ...(mayWrite
        ? [
            {
              key: 'edit',
              title: '',
              track: '56px',
              numeric: true,
              phone: 'side' as const,
              render: (share: Share) => (
                <IconButton
                  icon="edit"
                  label={t('parents.editShare')}
                  of={share.channelName}
                  onClick={() => onEdit(share)}
                />
              ),
            },
          ]
        : []),
    ],
    [t, mayWrite, onEdit],
  )
}

/** Its code and name there. */
function EditShare({ parent, share, onClose }: { parent: ParentPlatform; share: Share; onClose: () => void }) {
  const { t } = useTranslation()
  const { channelId, channelName, groupGbId } = share
  const [sharedId, setSharedId] = useState(share.sharedId)
  const [name, setName] = useState(share.name)
  const wrong = /^\d{20}$/.test(sharedId) ? null : t('parents.digits', { n: sharedId.length })
  const told = name.trim() === '' || name.trim() === channelName ? null : name.trim()
  return (
    <FormDialog
      title={t('parents.editShareTitle', { name: channelName })}
      action={t('dialog.save')}
      done={t('parents.saved')}
      failed={t('parents.notSaved')}
      call={api('shareChannels', {
        path: { id: parent.id },
        body: { channels: [{ channelId, sharedId, name: told, groupGbId }] },
      })}
      ready={wrong === null && (sharedId !== share.sharedId || name !== share.name)}
      onClose={onClose}
    >
      <TextField
        label={t('parents.sharedId')}
        hint={t('parents.sharedIdHow')}
        wrong={wrong}
        maxLength={20}
        value={sharedId}
        onChange={text => setSharedId(text.replace(/\D/g, ''))}
      />
      <TextField
        label={t('parents.sharedName')}
        hint={t('parents.sharedNameHow', { name: channelName })}
        maxLength={200}
        value={name}
        onChange={setName}
      />
    </FormDialog>
  )
}
