import { Button, Modal } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'
import { Skeleton } from './page.tsx'

const QrCode = lazy(() => import('./qr-code.tsx'))

/** An address to be taken over by the camera of a phone. */
export function QrButton({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        size="small"
        type="text"
        icon={<Icon name="qr" size={16} />}
        aria-label={`${t('copy.qr')}: ${label}`}
        title={t('copy.qr')}
        onClick={() => setOpen(true)}
      />
      {open && (
        <Modal open width={320} footer={null} title={label} onCancel={() => setOpen(false)}>
          <div className="qr">
            <Suspense fallback={<Skeleton width={232} height={232} />}>
              <QrCode value={value} />
            </Suspense>
          </div>
          <p className="muted">{t('copy.qrHow')}</p>
        </Modal>
      )}
    </>
  )
}
