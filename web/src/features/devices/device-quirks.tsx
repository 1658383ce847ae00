import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Facts } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Device } from '../../lib/api/types.ts'
import { saveText } from '../../lib/save-file.ts'
import { quirksOf, quirksText } from './quirk-lines.ts'

/** Where this kind of device leaves the standard: what a node learnt, and over it what people set. */
export function DeviceQuirks({ device }: { device: Device }) {
  const { t } = useTranslation()
  const mayWrite = useMay('devices.write')
  const [text, setText] = useState<string | null>(null)
  const written = text ?? quirksText(device.quirks)
  const quirks = quirksOf(written)
  const call = api('updateDevice', { path: { id: device.id }, body: { quirks: quirks ?? {} } })
  const save = useAction({ done: t('devices.saved'), onDone: () => setText(null) })
  const learnt = Object.entries(device.learntQuirks)
  const profile = {
    manufacturer: device.manufacturer,
    model: device.model,
    firmware: device.firmware,
    quirks: { ...device.learntQuirks, ...device.quirks },
  }
  return (
    <div className="two-cards">
      <Card title={t('devices.learnt')}>
        {learnt.length === 0 ? (
          <Empty title={t('devices.learntNothing')}>
            <p className="muted">{t('devices.learntHow')}</p>
          </Empty>
        ) : (
          <Facts
            rows={learnt.map(([label, value]) => ({
              label,
              value: <code>{String(value)}</code>,
              ...(label in device.quirks ? { note: t('devices.overruled') } : {}),
            }))}
          />
        )}
      </Card>
      <Card
        title={t('devices.quirksSet')}
        extra={
          <Button
            size="small"
            type="text"
            icon={<Icon name="download" size={16} />}
            onClick={() => saveText('quirks.json', `${JSON.stringify(profile, null, 2)}\n`, 'application/json')}
          >
            {t('devices.quirksExport')}
          </Button>
        }
      >
        <form
          className="form"
          onSubmit={event => {
            event.preventDefault()
            if (quirks !== null) save.mutate(call)
          }}
        >
          <TextField
            label={t('devices.quirkLines')}
            hint={t('devices.quirkLinesHow')}
            wrong={quirks === null ? t('devices.quirkLinesWrong') : null}
            lines={8}
            value={written}
            placeholder={'transports=tcp-active\nssrc=other\nvoice=talk'}
            onChange={setText}
          />
          {save.isError && <ErrorPanel error={save.error} what={t('devices.saveFailed')} />}
          {mayWrite && (
            <div className="dialog-foot">
              <ShowApiCall call={call} />
              <span className="grow" />
              <Button
                type="primary"
                htmlType="submit"
                disabled={text === null || quirks === null || text === quirksText(device.quirks)}
                loading={save.isPending}
              >
                {t('dialog.save')}
              </Button>
            </div>
          )}
        </form>
      </Card>
    </div>
  )
}
