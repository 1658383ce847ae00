import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Facts, Page, Skeleton } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { address, bitrate, bytes, count, framesPerSecond, milliseconds, text } from '../../lib/format.ts'
import { publisherQuery } from './queries.ts'
import { SessionFacts } from './session-facts.tsx'

/** Everything about one publisher: from his node while he sends, afterwards from the history. */
export function PublisherPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/publishers/$id' })
  const { data: publisher, isError, error, refetch } = useQuery(publisherQuery(id))
  const call = api('getPublisher', { path: { id } })
  if (publisher === undefined)
    return (
      <Page title={t('stream.publisher')} actions={<ShowApiCall call={call} compact />}>
        {isError ? (
          <ErrorPanel error={error} what={t('viewer.publisherFailed')} onRetry={() => void refetch()} />
        ) : (
          <Card>
            <Skeleton width="60%" />
          </Card>
        )}
      </Page>
    )
  const { bitrateKbps, bytesIn, bytesOut, fps, framesIn, path, quality, remote, state } = publisher
  const tabular = (words: string) => <span className="tabular">{words}</span>
  return (
    <Page
      title={address(remote)}
      lead={
        <span className="stream-lead">
          <span>{t('stream.publisher')}</span>
          <span className="muted">{path}</span>
          <StateTag state={state} word={t(state === 'on' ? 'viewer.sending' : 'viewer.gone')} />
        </span>
      }
      actions={<ShowApiCall call={call} compact />}
    >
      <div className="two-cards">
        <SessionFacts session={publisher} />
        <Card title={t('viewer.how')}>
          <Facts
            rows={[
              {
                label: t('streams.bitrate'),
                value: <Measure of={bitrateKbps === null ? null : bitrate(bitrateKbps)} />,
              },
              { label: t('streams.fps'), value: tabular(fps === null ? '–' : framesPerSecond(fps)) },
              { label: t('stream.bytesIn'), value: <Measure of={bytes(bytesIn)} /> },
              { label: t('stream.bytesOut'), value: <Measure of={bytes(bytesOut)} /> },
              { label: t('viewer.frames'), value: tabular(count(framesIn)) },
              ...(quality === null
                ? []
                : [
                    {
                      label: t('stream.skew'),
                      value: (
                        <Measure of={quality.avSkewMs === null ? null : milliseconds(Math.abs(quality.avSkewMs))} />
                      ),
                      title: t('stream.skewHow'),
                    },
                    {
                      label: t('stream.stalls'),
                      value: tabular(`${count(quality.stalls)} · ${text(milliseconds(quality.stalledMs))}`),
                      title: t('stream.stallsHow'),
                    },
                    {
                      label: t('stream.gaps'),
                      value: tabular(`${count(quality.gaps)} · ${text(milliseconds(quality.longestGapMs))}`),
                      title: t('stream.gapsHow'),
                    },
                  ]),
            ]}
          />
        </Card>
      </div>
    </Page>
  )
}
