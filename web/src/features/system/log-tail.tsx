import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { CopyButton } from '../../components/copy-field.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CheckField } from '../../components/field.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Skeleton } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { logsQuery, nodesQuery } from '../../lib/api/queries.ts'
import type { Line } from '../../lib/api/types.ts'

const LINES = 500
const STATES = { info: 'off', warn: 'suspect', error: 'failed' } as const satisfies Record<Line['level'], string>

/** The newest lines of the log of the platform or of a node, newest first. A trace id from an error or the audit log finds its lines. */
export function LogTail() {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const [bad, setBad] = useState(false)
  const [node, setNode] = useState('')
  const nodeId = node === '' ? undefined : node
  const nodes = useQuery(nodesQuery())
  const log = useQuery(logsQuery(LINES, nodeId))
  const lines = log.data
    ?.filter(
      ({ level, message, fields }) =>
        (!bad || level !== 'info') && `${message} ${fields}`.toLowerCase().includes(q.toLowerCase()),
    )
    .toReversed()
  const text = lines?.map(({ at, level, message, fields }) => `${at} ${level} ${message} ${fields}`).join('\n') ?? ''
  return (
    <Card
      title={t('system.tab.log')}
      extra={
        <>
          <select
            className="select"
            aria-label={t('system.logOf')}
            value={node}
            onChange={event => setNode(event.target.value)}
          >
            <option value="">{t('system.platform')}</option>
            {nodes.data?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <CheckField label={t('system.onlyBad')} checked={bad} onChange={setBad} />
          <SearchBox label={t('system.searchLog')} q={q} onSearch={setQ} />
          <CopyButton value={text} label={t('system.tab.log')} />
          <ShowApiCall call={api('getSystemLogs', { query: { tail: LINES, nodeId } })} compact />
        </>
      }
    >
      {log.isError && <ErrorPanel error={log.error} what={t('system.logFailed')} onRetry={() => void log.refetch()} />}
      {log.isPending && <Skeleton width="80%" />}
      {lines?.length === 0 && <Empty title={t('system.noLine')} />}
      <ul className="log">
        {lines?.map(({ at, level, message, fields }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity, two may be alike
          <li key={`${at} ${i}`}>
            <small className="muted">
              <Moment at={at} />
            </small>
            <StateTag state={STATES[level]} word={level} />
            <span className="log-text">
              {message} <code>{fields === '{}' ? '' : fields}</code>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
