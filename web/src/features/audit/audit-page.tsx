import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Modal, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { CopyButton } from '../../components/copy-field.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Facts, Page } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { api } from '../../lib/api/client.ts'
import { auditQuery, since } from '../../lib/api/queries.ts'
import type { AuditEntry } from '../../lib/api/types.ts'
import './audit.css'

const NOUNS = ['stream', 'viewer', 'space', 'user', 'apiKey', 'session', 'node', 'system'] as const
/** Minutes back. */
const SPANS = { day: 1440, week: 10_080, month: 43_200 } as const

/** Who changed what, before and after, from where. */
export function AuditPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/audit' })
  const { q, noun, span } = useSearch({ from: '/frame/audit' })
  // The begin stays while one pages; it moves when the span is chosen anew.
  const from = useMemo(() => (span === undefined ? undefined : since(SPANS[span])), [span])
  const filter = { q, action: noun, from }
  const audit = useInfiniteQuery(auditQuery(filter))
  const [shown, setShown] = useState<AuditEntry | null>(null)
  const columns = useColumns(setShown)
  const set = (change: { q?: string | undefined; noun?: string | undefined; span?: keyof typeof SPANS | undefined }) =>
    void navigate({ search: old => ({ ...old, ...change }), replace: true })
  return (
    <Page
      title={t('section.audit')}
      lead={t('audit.lead')}
      actions={<ShowApiCall call={api('listAudit', { query: filter })} compact />}
    >
      <div className="toolbar">
        <SearchBox label={t('audit.search')} q={q ?? ''} onSearch={text => set({ q: text || undefined })} />
        <select
          className="select"
          aria-label={t('audit.about')}
          value={noun ?? ''}
          onChange={event => set({ noun: event.target.value || undefined })}
        >
          <option value="">{t('audit.everything')}</option>
          {NOUNS.map(each => (
            <option key={each} value={each}>
              {t(`audit.noun.${each}`)}
            </option>
          ))}
        </select>
        <Segmented<'all' | keyof typeof SPANS>
          aria-label={t('chart.span')}
          value={span ?? 'all'}
          options={[
            { value: 'day', label: t('chart.day') },
            { value: 'week', label: t('chart.week') },
            { value: 'month', label: t('chart.month') },
            { value: 'all', label: t('streams.all') },
          ]}
          onChange={value => set({ span: value === 'all' ? undefined : value })}
        />
      </div>
      {audit.isError && audit.data === undefined && (
        <ErrorPanel error={audit.error} what={t('audit.failed')} onRetry={() => void audit.refetch()} />
      )}
      {(audit.data !== undefined || !audit.isError) && (
        <Card className="flush">
          <DataTable
            label={t('section.audit')}
            columns={columns}
            rows={audit.data?.pages.flatMap(({ items }) => items)}
            rowKey={({ number }) => String(number)}
            empty={<Empty title={t('audit.empty')} />}
          />
          {audit.hasNextPage && (
            <div className="table-more">
              <Button loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
                {t('table.more')}
              </Button>
            </div>
          )}
        </Card>
      )}
      {shown !== null && <Details entry={shown} onClose={() => setShown(null)} />}
    </Page>
  )
}

function useColumns(show: (entry: AuditEntry) => void): readonly Column<AuditEntry>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { key: 'at', title: t('trace.at'), track: '168px', phone: 'side', render: ({ at }) => <Moment at={at} /> },
      {
        key: 'actor',
        title: t('audit.who'),
        track: 'minmax(110px, 1fr)',
        phone: 'meta',
        render: ({ actor }) => (
          <span className={actor.kind === 'nobody' ? 'wrong ellipsis' : 'ellipsis'}>
            {actor.name || t('audit.system')}
          </span>
        ),
      },
      {
        key: 'action',
        title: t('audit.what'),
        track: 'minmax(150px, 1.2fr)',
        phone: 'title',
        render: ({ action }) => <code>{action}</code>,
      },
      {
        key: 'object',
        title: t('audit.object'),
        track: 'minmax(140px, 1.6fr)',
        phone: 'meta',
        render: ({ object }) => (
          <span className="ellipsis" title={object}>
            {object || '–'}
          </span>
        ),
      },
      {
        key: 'remote',
        title: t('viewers.remote'),
        track: '150px',
        render: ({ remote }) => <code>{remote || '–'}</code>,
      },
      {
        key: 'details',
        title: '',
        track: '56px',
        numeric: true,
        render: entry => (
          <IconButton icon="info" label={t('audit.details')} of={String(entry.number)} onClick={() => show(entry)} />
        ),
      },
    ],
    [t, show],
  )
}

const shownValue = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value))

function Details({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const { t } = useTranslation()
  const { action, object, actor, at, remote, traceId, before, after } = entry
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return (
    <Modal open width={680} footer={null} title={`${action} ${object}`} onCancel={onClose}>
      <Facts
        rows={[
          { label: t('trace.at'), value: <Moment at={at} /> },
          { label: t('audit.who'), value: actor.name || t('audit.system') },
          { label: t('viewers.remote'), value: <code>{remote || '–'}</code> },
          {
            label: t('trace.id'),
            value: (
              <>
                <code>{traceId}</code> <CopyButton value={traceId} label={t('trace.id')} />
              </>
            ),
          },
        ]}
      />
      {fields.length > 0 && (
        <div className="audit-change">
          <table>
            <thead>
              <tr>
                <th>{t('audit.field')}</th>
                <th>{t('audit.before')}</th>
                <th>{t('audit.after')}</th>
              </tr>
            </thead>
            <tbody>
              {fields.map(field => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td>
                    <code>{shownValue(before?.[field])}</code>
                  </td>
                  <td>
                    <code>{shownValue(after?.[field])}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Modal>
  )
}
