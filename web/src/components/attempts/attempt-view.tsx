import { useQuery } from '@tanstack/react-query'
import { App, Button, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, client } from '../../lib/api/client.ts'
import type { Attempt } from '../../lib/api/types.ts'
import { milliseconds, text } from '../../lib/format.ts'
import { saveFile } from '../../lib/save-file.ts'
import { ShowApiCall } from '../api-call.tsx'
import { ErrorPanel } from '../error-panel.tsx'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'
import { Facts, Skeleton } from '../page.tsx'
import { attemptQuery } from './attempt-queries.ts'
import { Ladder } from './ladder.tsx'
import { Steps } from './steps.tsx'
import { useVerdict } from './use-verdict.ts'

/** One attempt in a dialog: verdict, what to do, the exchange. */
export function AttemptDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal open width={820} title={t('attempt.title')} footer={null} onCancel={onClose}>
      <AttemptView id={id} />
    </Modal>
  )
}

export function AttemptView({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data: attempt, isError, error, refetch } = useQuery(attemptQuery(id))
  if (attempt === undefined)
    return isError ? (
      <ErrorPanel error={error} what={t('attempt.oneFailed')} onRetry={() => void refetch()} />
    ) : (
      <Skeleton width="70%" />
    )
  return <Loaded attempt={attempt} />
}

function Loaded({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation()
  const { found, advice } = useVerdict()(attempt)
  const { id, kind, gbId, channel, ok, startedAt, endedAt, verdict } = attempt
  const lasted = Date.parse(endedAt) - Date.parse(startedAt)
  return (
    <div className="attempt-view">
      <div className={ok ? 'verdict' : 'verdict bad'}>
        <strong>
          {t(`attempt.kind.${kind}`)}: {found}
        </strong>
      </div>
      <Steps attempt={attempt} advice={advice} />
      <Facts
        rows={[
          {
            label: t('attempt.of'),
            value: <code>{channel === null || channel === gbId ? gbId : `${gbId} ${channel}`}</code>,
          },
          { label: t('attempt.at'), value: <Moment at={startedAt} /> },
          { label: t('attempt.lasted'), value: text(milliseconds(lasted)) },
          { label: t('attempt.verdict'), value: <code>{verdict}</code> },
        ]}
      />
      <Ladder attempt={attempt} />
      <div className="attempt-foot">
        <Save id={id} operation="getAttemptText" name={`attempt-${id}.txt`} word={t('attempt.asText')} />
        <Save id={id} operation="getAttemptPcap" name={`attempt-${id}.pcap`} word={t('attempt.asPcap')} />
        <span className="grow" />
        <ShowApiCall call={api('getAttempt', { path: { id } })} compact />
      </div>
    </div>
  )
}

interface SaveProps {
  readonly id: string
  readonly operation: 'getAttemptText' | 'getAttemptPcap'
  readonly name: string
  readonly word: string
}

function Save({ id, operation, name, word }: SaveProps) {
  const { message } = App.useApp()
  const save = async () => {
    try {
      saveFile(name, await (await client.open(operation, { path: { id } })).blob())
    } catch (error) {
      void message.error(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <Button icon={<Icon name="download" size={16} />} onClick={() => void save()}>
      {word}
    </Button>
  )
}
