import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Facts, Page, Skeleton } from '../../components/page.tsx'
import { SaveBar } from '../../components/save-bar.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { type RecordingDetail, streamNamesQuery, templatesQuery } from '../../lib/api/recording-queries.ts'
import { bytes, codecName, duration, moment, text } from '../../lib/format.ts'
import { languageTag } from '../../lib/i18n.ts'
import { languagePreference, usePreference } from '../../lib/preferences.ts'
import { DeleteRecordings } from './delete-recordings.tsx'
import { recordingQuery } from './queries.ts'
import { RecordingState } from './recording-state.tsx'
import './recordings.css'

export function RecordingPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/recordings/$id' })
  const { data: recording, isError, error, refetch } = useQuery(recordingQuery(id))
  if (recording !== undefined) return <Loaded key={recording.id} recording={recording} />
  return (
    <Page title={t('recordings.title')}>
      {isError ? (
        <ErrorPanel error={error} what={t('recordings.loadFailed')} onRetry={() => void refetch()} />
      ) : (
        <Card>
          <Skeleton height={320} />
        </Card>
      )}
    </Page>
  )
}

function Loaded({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const language = languageTag(usePreference(languagePreference))
  const mayWrite = useMay('recordings.write')
  const mayDelete = useMay('recordings.delete')
  const [deleting, setDeleting] = useState(false)
  const { id, path, space, startedAt, held, play } = recording
  const stream = useQuery(streamNamesQuery(space)).data?.find(each => each.path === path)
  const hold = useAction({ done: t(held ? 'recordings.nowFree' : 'recordings.nowHeld', { n: 1 }) })
  return (
    <Page
      title={`${path.split('/').at(-1)} · ${moment(Date.parse(startedAt), language)}`}
      lead={
        <span className="stream-lead">
          <Link to="/recordings">{t('section.recordings')}</Link>
          {stream === undefined ? (
            <span>{path}</span>
          ) : (
            <Link to="/streams/$id" params={{ id: stream.id }}>
              {path}
            </Link>
          )}
          <RecordingState recording={recording} />
        </span>
      }
      actions={
        <>
          <ShowApiCall call={api('getRecording', { path: { id } })} compact />
          {stream !== undefined && (
            <LinkButton
              to="/replay"
              search={{ streams: stream.id, at: startedAt }}
              icon={<Icon name="rewind" size={16} />}
            >
              {t('recordings.openReplay')}
            </LinkButton>
          )}
          {mayWrite && (
            <Button
              icon={<Icon name="lock" size={16} />}
              loading={hold.isPending}
              title={t('recordings.heldHow')}
              onClick={() => hold.mutate(api('updateRecording', { path: { id }, body: { held: !held } }))}
            >
              {t(held ? 'recordings.release' : 'recordings.hold')}
            </Button>
          )}
          {play !== null && (
            <Button href={play.mp4} icon={<Icon name="download" size={16} />}>
              MP4
            </Button>
          )}
          {mayDelete && (
            <Button danger icon={<Icon name="trash" />} disabled={held} onClick={() => setDeleting(true)}>
              {t('delete.action')}
            </Button>
          )}
        </>
      }
    >
      <div className="recording-columns">
        <Preview recording={recording} />
        <FileFacts recording={recording} />
      </div>
      <Filed recording={recording} readOnly={!mayWrite} />
      {deleting && (
        <DeleteRecordings
          recordings={[recording]}
          onClose={() => setDeleting(false)}
          onDone={() => void navigate({ to: '/recordings' })}
        />
      )}
    </Page>
  )
}

/** The file itself, played by the browser. */
function Preview({ recording: { play, thumbnail, path, video } }: { recording: RecordingDetail }) {
  const { t } = useTranslation()
  const [failed, setFailed] = useState(false)
  // Re-signed with every answer: the one that plays stays.
  const [source] = useState(play?.mp4)
  if (source === undefined) return <p className="notice suspect">{t('recordings.spaceGone')}</p>
  return (
    <div className="recording-preview">
      <video
        controls
        playsInline
        preload="none"
        aria-label={path}
        {...(thumbnail === null ? {} : { poster: thumbnail })}
        src={source}
        onError={() => setFailed(true)}
      />
      {failed && (
        <p className="notice suspect">
          {t('recordings.cannotPlay', { codec: video === null ? '' : codecName(video.codec) })}
        </p>
      )}
    </div>
  )
}

function FileFacts({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation()
  const templates = useQuery(templatesQuery())
  const { startedAt, endedAt, durationS, sizeBytes, video, audio, cause, templateId, nodeId, store, object } = recording
  const { format, sha256, thinned, recordingId } = recording
  return (
    <Card title={t('recordings.file')}>
      <Facts
        rows={[
          { label: t('recordings.start'), value: <Moment at={startedAt} /> },
          { label: t('recordings.end'), value: <Moment at={endedAt} /> },
          { label: t('recordings.length'), value: duration(durationS * 1000) },
          { label: t('recordings.size'), value: text(bytes(sizeBytes)) },
          {
            label: t('streams.video'),
            value: video === null ? '–' : `${codecName(video.codec)} ${video.width}×${video.height}`,
            ...(thinned ? { note: t('recordings.thinned') } : {}),
          },
          {
            label: t('stream.audio'),
            value:
              audio === null ? '–' : `${codecName(audio.codec)} ${audio.sampleRate / 1000} kHz × ${audio.channels}`,
          },
          { label: t('recordings.cause'), value: t(`recordings.causeOf.${cause}`) },
          {
            label: t('recordings.template'),
            value:
              templateId === null ? (
                '–'
              ) : (
                <Link to="/templates/$id" params={{ id: templateId }}>
                  {templates.data?.find(({ id }) => id === templateId)?.name ?? templateId}
                </Link>
              ),
          },
          { label: t('recordings.where'), value: `${nodeId} · ${store} · ${format}`, note: object },
        ]}
      />
      <CopyField label={t('recordings.recordingId')} value={recordingId} />
      {sha256 === null ? (
        <p className="muted hash-none">{t('recordings.noHash')}</p>
      ) : (
        <CopyField label="SHA-256" value={sha256} />
      )}
    </Card>
  )
}

const WORDS = ['subject', 'teacher', 'note'] as const

/** What people write on it, to find it by. */
function Filed({ recording, readOnly }: { recording: RecordingDetail; readOnly: boolean }) {
  const { t } = useTranslation()
  const [edited, setEdited] = useState<Partial<Pick<RecordingDetail, (typeof WORDS)[number]>>>({})
  const draft = { ...recording, ...edited }
  const change = Object.fromEntries(
    WORDS.filter(word => draft[word].trim() !== recording[word]).map(word => [word, draft[word].trim()]),
  )
  const call = api('updateRecording', { path: { id: recording.id }, body: change })
  const save = useAction({ done: t('recordings.saved'), onDone: () => setEdited({}) })
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (Object.keys(change).length > 0) save.mutate(call)
      }}
    >
      <fieldset disabled={readOnly} className="recording-filed">
        <Card title={t('recordings.filed')}>
          <div className="fields">
            <TextField
              label={t('recordings.subject')}
              maxLength={255}
              value={draft.subject}
              onChange={subject => setEdited({ ...edited, subject })}
            />
            <TextField
              label={t('recordings.teacher')}
              maxLength={255}
              value={draft.teacher}
              onChange={teacher => setEdited({ ...edited, teacher })}
            />
            <TextField
              label={t('recordings.note')}
              maxLength={2000}
              value={draft.note}
              onChange={note => setEdited({ ...edited, note })}
            />
          </div>
        </Card>
      </fieldset>
      {save.isError && <ErrorPanel error={save.error} what={t('recordings.saveFailed')} />}
      {Object.keys(change).length > 0 && (
        <SaveBar call={call} ready pending={save.isPending} onUndo={() => setEdited({})} />
      )}
    </form>
  )
}
