import type { Schemas } from '@sightline/client'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../components/copy-field.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Facts } from '../../components/page.tsx'
import { address, duration, protocolName } from '../../lib/format.ts'

type Session = Pick<
  Schemas['ViewerDetail'],
  | 'agent'
  | 'nodeId'
  | 'path'
  | 'protocol'
  | 'remote'
  | 'startedAt'
  | 'stoppedAt'
  | 'stopReason'
  | 'streamId'
  | 'traceId'
>

/** Who it is, from where, by what, from when to when: the same for those who watch and those who publish. */
export function SessionFacts({ session }: { session: Session }) {
  const { t } = useTranslation()
  const { agent, nodeId, path, protocol, remote, startedAt, stoppedAt, stopReason, streamId, traceId } = session
  const endMs = stoppedAt === null ? Date.now() : Date.parse(stoppedAt)
  return (
    <Card title={t('viewer.who')}>
      <Facts
        rows={[
          {
            label: t('stream.title'),
            value:
              streamId === null ? (
                `${path} ${t('viewer.deleted')}`
              ) : (
                <Link to="/streams/$id" params={{ id: streamId }}>
                  {path}
                </Link>
              ),
          },
          { label: t('viewers.remote'), value: <code>{address(remote)}</code>, title: remote },
          { label: t('viewers.protocol'), value: protocolName(protocol) },
          { label: t('viewers.agent'), value: agent || '–' },
          { label: t('viewer.node'), value: <code>{nodeId}</code> },
          { label: t('viewer.started'), value: <Moment at={startedAt} /> },
          { label: t('viewer.ended'), value: stoppedAt === null ? '–' : <Moment at={stoppedAt} /> },
          {
            label: t('viewer.duration'),
            value: <span className="tabular">{duration(endMs - Date.parse(startedAt))}</span>,
          },
          ...(stoppedAt === null ? [] : [{ label: t('viewer.reason'), value: stopReason ?? '–' }]),
          ...(traceId === null
            ? []
            : [
                {
                  label: t('viewer.trace'),
                  value: (
                    <>
                      <code>{traceId}</code> <CopyButton value={traceId} label={t('viewer.trace')} />
                    </>
                  ),
                  note: t('viewer.traceHow'),
                },
              ]),
        ]}
      />
    </Card>
  )
}
