import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiCall, curlCommand } from '../lib/api/client.ts'
import { CopyField } from './copy-field.tsx'
import { Icon } from './icon.tsx'

/** The request behind a button, ready for a shell. */
export function ShowApiCall({ call, compact = false }: { call: ApiCall; compact?: boolean }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        type="text"
        icon={<Icon name="code" size={16} />}
        onClick={() => setOpen(true)}
        {...(compact ? { 'aria-label': t('apiCall.show'), title: t('apiCall.show') } : {})}
      >
        {compact ? null : t('apiCall.show')}
      </Button>
      <Modal
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        title={t('apiCall.title')}
        width={640}
        destroyOnHidden
      >
        <p className="muted">{t('apiCall.explain')}</p>
        <CopyField label="curl" value={curlCommand(call, location.origin)} multiline />
      </Modal>
    </>
  )
}
