import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import type { Device } from '../../lib/api/types.ts'
import { saveText } from '../../lib/save-file.ts'
import { writeCsv } from './csv.ts'

const FIELDS = [
  'gbId',
  'name',
  'type',
  'space',
  'state',
  'vendor',
  'manufacturer',
  'model',
  'firmware',
  'remote',
  'transport',
  'description',
  'longitude',
  'latitude',
  'lastSeenAt',
] as const satisfies readonly (keyof Device)[]

/** The rows that are shown, as a file that can be imported again; passwords are never told. */
export function ExportButton({ rows }: { rows: readonly Device[] | undefined }) {
  const { t } = useTranslation()
  const save = () =>
    saveText(
      'devices.csv',
      writeCsv([FIELDS, ...(rows ?? []).map(row => FIELDS.map(field => String(row[field] ?? '')))]),
    )
  return (
    <Button icon={<Icon name="download" />} disabled={rows === undefined || rows.length === 0} onClick={save}>
      {t('devices.export')}
    </Button>
  )
}
