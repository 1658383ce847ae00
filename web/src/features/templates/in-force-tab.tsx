import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { useMay } from '../../lib/api/may.ts'
import { spacesQuery } from '../../lib/api/queries.ts'
import { plansQuery, streamNamesQuery, templatesQuery } from '../../lib/api/recording-queries.ts'
import { count } from '../../lib/format.ts'
import { BindDialog, type Place } from './bind-dialog.tsx'
import { BindingTable, type InForce } from './in-force.ts'
import { bindingsQuery, type Kind } from './queries.ts'

interface Row {
  readonly key: string
  readonly place: Place
  /** For people. */
  readonly name: string
  readonly streamId: string | null
  readonly record: InForce
  readonly snapshot: InForce
}

/** What is in force at each space and stream, and whose word it is. */
export function InForceTab() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/templates' })
  const { space, q = '' } = useSearch({ from: '/frame/templates' })
  const bindings = useQuery(bindingsQuery(space))
  const spaces = useQuery(spacesQuery())
  const streams = useQuery(streamNamesQuery(space))
  const mayWrite = useMay('templates.write')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [binding, setBinding] = useState<Kind | null>(null)
  const table = useMemo(() => bindings.data && new BindingTable(bindings.data), [bindings.data])
  const rows = useMemo((): readonly Row[] | undefined => {
    if (table === undefined || spaces.data === undefined || streams.data === undefined) return undefined
    const ofSpaces = spaces.data
      .filter(({ name }) => space === undefined || name === space)
      .map(({ name }) => ({
        key: `space ${name}`,
        place: { scope: 'space' as const, target: name },
        name,
        streamId: null,
        record: table.ofSpace(name, 'record'),
        snapshot: table.ofSpace(name, 'snapshot'),
      }))
    const ofStreams = streams.data.map(({ id, path, title, name }) => ({
      key: `stream ${path}`,
      place: { scope: 'stream' as const, target: path },
      name: title || name,
      streamId: id,
      record: table.ofStream(path, 'record'),
      snapshot: table.ofStream(path, 'snapshot'),
    }))
    const words = q.toLowerCase()
    return [...ofSpaces, ...ofStreams].filter(({ place, name }) =>
      `${place.target} ${name}`.toLowerCase().includes(words),
    )
  }, [table, spaces.data, streams.data, space, q])
  const places = useMemo(
    () => rows?.filter(({ key }) => chosen.has(key)).map(({ place }) => place) ?? [],
    [rows, chosen],
  )
  const columns = useColumns()
  const failed = [bindings, spaces, streams].find(({ isError, data }) => isError && data === undefined)
  return (
    <>
      <p className="muted">{t('templates.inForceHow')}</p>
      <div className="toolbar">
        <SearchBox
          label={t('templates.search')}
          q={q}
          onSearch={text =>
            void navigate({ search: old => ({ ...old, q: text || undefined }), replace: true, resetScroll: false })
          }
        />
        <span className="grow" />
        <span className="muted tabular">{rows && t('templates.placesCount', { n: count(rows.length) })}</span>
      </div>
      {places.length > 0 && (
        <div className="bulk-bar">
          <strong className="tabular" aria-live="polite">
            {t('bulk.chosen', { n: count(places.length) })}
          </strong>
          <span className="grow" />
          {(['record', 'snapshot'] as const).map(kind => (
            <Button key={kind} onClick={() => setBinding(kind)}>
              {t(`templates.bind.${kind}`)}
            </Button>
          ))}
          <Button
            type="text"
            icon={<Icon name="close" size={16} />}
            aria-label={t('bulk.clear')}
            title={t('bulk.clear')}
            onClick={() => setChosen(new Set())}
          />
        </div>
      )}
      {failed !== undefined ? (
        <ErrorPanel error={failed.error} what={t('templates.loadFailed')} onRetry={() => void failed.refetch()} />
      ) : (
        <Card className="flush">
          <DataTable
            {...(mayWrite ? { selection: { keys: chosen, onChange: setChosen } } : {})}
            label={t('templates.tab.inForce')}
            columns={columns}
            rows={rows}
            rowKey={({ key }) => key}
            empty={<Empty title={t('streams.noMatch')} />}
          />
        </Card>
      )}
      {binding !== null && (
        <BindDialog
          kind={binding}
          places={places}
          onClose={() => setBinding(null)}
          onDone={() => setChosen(new Set())}
        />
      )}
    </>
  )
}

function useColumns(): readonly Column<Row>[] {
  const { t } = useTranslation()
  const templates = useQuery(templatesQuery())
  const plans = useQuery(plansQuery())
  return useMemo(() => {
    const templateNames = new Map(templates.data?.map(({ id, name }) => [id, name]))
    const planNames = new Map(plans.data?.map(({ id, name }) => [id, name]))
    const shown = ({ from, templateId, planId }: InForce, scope: Place['scope']) => {
      const why =
        scope === 'stream' ? t(`templates.why.${from}`) : from === 'space' ? t('templates.why.wholeSpace') : ''
      if (templateId === null)
        return (
          <span className="two-lines">
            <span className="muted">{from === 'none' ? '–' : t('templates.switchedOff')}</span>
            {from !== 'none' && <small>{why}</small>}
          </span>
        )
      return (
        <span className="two-lines">
          <span>
            <Link to="/templates/$id" params={{ id: templateId }}>
              {templateNames.get(templateId) ?? templateId}
            </Link>
            {planId !== null && (
              <>
                {' · '}
                <Link to="/plans/$id" params={{ id: planId }}>
                  {planNames.get(planId) ?? planId}
                </Link>
              </>
            )}
          </span>
          <small>{why}</small>
        </span>
      )
    }
    return [
      {
        key: 'place',
        title: t('templates.place'),
        track: 'minmax(200px, 2fr)',
        phone: 'title',
        render: ({ name, place, streamId }) =>
          streamId === null ? (
            <Link to="/spaces/$name" params={{ name }} className="stream-name">
              <strong>{name}</strong>
              <small>{t('templates.wholeSpace')}</small>
            </Link>
          ) : (
            <Link to="/streams/$id" params={{ id: streamId }} className="stream-name">
              <strong>{name}</strong>
              <small>{place.target}</small>
            </Link>
          ),
      },
      {
        key: 'record',
        title: t('templates.recording'),
        track: 'minmax(180px, 2fr)',
        phone: 'meta',
        render: ({ record, place }) => shown(record, place.scope),
      },
      {
        key: 'snapshot',
        title: t('templates.pictures'),
        track: 'minmax(180px, 2fr)',
        phone: 'meta',
        render: ({ snapshot, place }) => shown(snapshot, place.scope),
      },
    ]
  }, [t, templates.data, plans.data])
}
