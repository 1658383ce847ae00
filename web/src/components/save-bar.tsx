import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { ApiCall } from '../lib/api/client.ts'
import { ShowApiCall } from './api-call.tsx'
import './save-bar.css'

interface Props {
  readonly call: ApiCall
  readonly ready: boolean
  readonly pending: boolean
  readonly onUndo: () => void
  /** Without it the button submits the form it stands in. */
  readonly onSave?: () => void
}

/** At the foot of a page whose form was changed: what saving sends, back, save. */
export function SaveBar({ call, ready, pending, onUndo, onSave }: Props) {
  const { t } = useTranslation()
  return (
    <div className="save-bar">
      <ShowApiCall call={call} />
      <span className="grow" />
      <Button onClick={onUndo}>{t('dialog.undo')}</Button>
      <Button
        type="primary"
        disabled={!ready}
        loading={pending}
        {...(onSave === undefined ? { htmlType: 'submit' as const } : { onClick: onSave })}
      >
        {t('dialog.save')}
      </Button>
    </div>
  )
}
