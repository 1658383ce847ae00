import { SightlineError } from '@sightline/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { Arrival } from '../../components/arrival.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { PublishGuide } from '../../components/publish-guide.tsx'
import { api } from '../../lib/api/client.ts'
import { spacesQuery, streamQuery } from '../../lib/api/queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { nameProblem } from './stream-name.ts'

/** Two steps in one dialog: name it, then send to it; it turns green when the picture arrives. */
export function CreateStream({ space, onClose }: { space: string | undefined; onClose: () => void }) {
  const { t } = useTranslation()
  const [created, setCreated] = useState<Stream | null>(null)
  return (
    <Modal
      open
      width={640}
      onCancel={onClose}
      footer={null}
      title={created === null ? t('create.title') : t('create.send', { name: created.name })}
    >
      {created === null ? (
        <NameForm space={space ?? 'default'} onCreated={setCreated} onClose={onClose} />
      ) : (
        <Await stream={created} onClose={onClose} />
      )}
    </Modal>
  )
}

interface FormProps {
  readonly space: string
  readonly onCreated: (stream: Stream) => void
  readonly onClose: () => void
}

function NameForm({ space: initialSpace, onCreated, onClose }: FormProps) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const { data: spaces } = useQuery(spacesQuery())
  const [space, setSpace] = useState(initialSpace)
  const [name, setName] = useState('')
  const id = useId()
  const call = api('createStream', { body: { space, app: 'live', name: name.trim() } })
  const create = useMutation({
    mutationFn: call.send,
    onSuccess: async stream => {
      onCreated(stream)
      await queryClient.invalidateQueries({ queryKey: ['streams'] })
    },
  })
  const problem = name === '' ? null : nameProblem(name.trim())
  const fieldError =
    create.error instanceof SightlineError && create.error.field?.split('.').at(-1) === 'name'
      ? create.error.message
      : null
  const wrong = problem !== null ? t(`create.problem.${problem}`) : fieldError
  return (
    <form
      className="form"
      onSubmit={event => {
        event.preventDefault()
        if (name !== '' && problem === null) create.mutate()
      }}
    >
      <label className="field">
        <span>{t('frame.space')}</span>
        <select className="select" value={space} onChange={event => setSpace(event.target.value)}>
          {[...new Set([initialSpace, ...(spaces ?? []).map(each => each.name)])].map(each => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label className="field" htmlFor={id}>
        <span>{t('streams.name')}</span>
        <Input
          id={id}
          autoFocus
          autoComplete="off"
          placeholder="camera-1"
          value={name}
          aria-invalid={wrong !== null}
          aria-describedby={`${id}-help`}
          status={wrong === null ? '' : 'error'}
          onChange={event => setName(event.target.value)}
        />
        <small id={`${id}-help`} className={wrong === null ? 'muted' : 'wrong'}>
          {wrong ?? t('create.nameHelp')}
        </small>
      </label>
      {create.isError && fieldError === null && <ErrorPanel error={create.error} what={t('create.failed')} />}
      <div className="dialog-foot">
        <ShowApiCall call={call} />
        <span className="grow" />
        <Button onClick={onClose}>{t('dialog.cancel')}</Button>
        <Button type="primary" htmlType="submit" disabled={name === '' || problem !== null} loading={create.isPending}>
          {t('streams.create')}
        </Button>
      </div>
    </form>
  )
}

function Await({ stream: created, onClose }: { stream: Stream; onClose: () => void }) {
  const { t } = useTranslation()
  const { data: stream = created } = useQuery(streamQuery(created.id))
  return (
    <>
      <Arrival stream={stream} />
      <PublishGuide publish={stream.publish} />
      <div className="dialog-foot">
        <span className="grow" />
        <Button onClick={onClose}>{t('dialog.close')}</Button>
      </div>
    </>
  )
}
