import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNowMs } from '../../components/ago.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Empty, Skeleton } from '../../components/page.tsx'
import { client, deviceApi } from '../../lib/api/client.ts'
import { deviceSnapshotQuery, SNAPSHOT_MS } from './queries.ts'

/** Some moments one after the other: three pictures, a second apart. */
const WISH = { count: 3, intervalS: 1 }

/** Pictures made by the device itself, in its full resolution (edition of 2022). */
export function SnapshotButton({ id }: { id: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const take = useMutation({
    mutationFn: deviceApi('takeDeviceSnapshots', { path: { id }, body: WISH }).send,
    onMutate: () => setOpen(true),
  })
  return (
    <>
      <Button icon={<Icon name="picture" size={16} />} loading={take.isPending} onClick={() => take.mutate()}>
        {t('channel.snapshot')}
      </Button>
      {open && (
        <Modal open width={720} footer={null} title={t('channel.snapshot')} onCancel={() => setOpen(false)}>
          {take.isPending && <Skeleton width="60%" />}
          {take.isError && (
            <ErrorPanel error={take.error} what={t('channel.snapshotFailed')} hint={t('channel.snapshotOld')} />
          )}
          {take.data !== undefined && <Taken id={take.data.id} />}
        </Modal>
      )}
    </>
  )
}

function Taken({ id }: { id: string }) {
  const { t } = useTranslation()
  const now = useNowMs()
  const { data } = useQuery(deviceSnapshotQuery(id))
  if (data === undefined) return <Skeleton width="60%" />
  const { files, wanted, finishedAt, createdAt } = data
  const over = finishedAt !== null || now - Date.parse(createdAt) > SNAPSHOT_MS
  return (
    <>
      <p className="muted tabular" role="status">
        {t('channel.snapshotsHere', { n: files.length, of: wanted })}
      </p>
      {files.length === 0 && over && <Empty title={t('channel.snapshotNone')} />}
      <div className="snapshot-list">
        {files.map(({ name }) => (
          <Picture key={name} id={id} name={name} />
        ))}
      </div>
    </>
  )
}

/** Fetched, because an image element cannot send the token. */
function Picture({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation()
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    let made: string | null = null
    const load = async () => {
      const response = await client.open('getDeviceSnapshotFile', { path: { id, name }, signal: abort.signal })
      made = URL.createObjectURL(await response.blob())
      if (!abort.signal.aborted) setUrl(made)
    }
    load().catch(() => {}) // the place stays empty
    return () => {
      abort.abort()
      if (made !== null) URL.revokeObjectURL(made)
    }
  }, [id, name])
  if (url === null) return <Skeleton height={180} />
  return (
    <a href={url} download={name} title={t('channel.snapshotSave')}>
      <img src={url} alt={name} />
    </a>
  )
}
