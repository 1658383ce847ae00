import { useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { client } from '../../lib/api/client.ts'
import { saveFile } from '../../lib/save-file.ts'

/** All devices as a file that can be imported again; passwords are never told. */
export function ExportButton({ space }: { space: string | undefined }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const save = useMutation({
    mutationFn: async () =>
      saveFile('devices.csv', await (await client.open('exportDevices', { query: { space } })).blob()),
    onError: error => void message.error(error.message),
  })
  return (
    <Button icon={<Icon name="download" />} loading={save.isPending} onClick={() => save.mutate()}>
      {t('devices.export')}
    </Button>
  )
}
