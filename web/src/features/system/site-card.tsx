import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Facts } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { siteQuery } from '../../lib/api/queries.ts'
import type { Site } from '../../lib/api/types.ts'

/** What this installation is called, and whom its users call. */
export function SiteCard() {
  const { t } = useTranslation()
  const mayWrite = useMay('site.write')
  const { data: site } = useQuery(siteQuery())
  const [editing, setEditing] = useState(false)
  return (
    <Card
      title={t('system.site')}
      extra={
        mayWrite &&
        site !== undefined && (
          <Button size="small" type="text" icon={<Icon name="edit" size={16} />} onClick={() => setEditing(true)}>
            {t('system.siteEdit')}
          </Button>
        )
      }
    >
      <Facts
        rows={[
          { label: t('system.siteName'), value: site?.name ?? '–' },
          { label: t('system.siteAddress'), value: site?.address ?? '–' },
          { label: t('system.sitePhone'), value: <span className="tabular">{site?.phone ?? '–'}</span> },
          { label: t('system.siteMark'), value: <code>{site?.mark ?? '–'}</code>, title: t('system.siteMarkHow') },
        ]}
      />
      {editing && site !== undefined && <EditSite site={site} onClose={() => setEditing(false)} />}
    </Card>
  )
}

const orNone = (text: string): string | null => (text.trim() === '' ? null : text.trim())

function EditSite({ site, onClose }: { site: Site; onClose: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(site.name)
  const [address, setAddress] = useState(site.address ?? '')
  const [phone, setPhone] = useState(site.phone ?? '')
  return (
    <FormDialog
      title={t('system.site')}
      action={t('dialog.save')}
      done={t('system.siteSaved')}
      failed={t('system.siteFailed')}
      call={api('updateSite', { body: { name: name.trim(), address: orNone(address), phone: orNone(phone) } })}
      ready={name.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label={t('system.siteName')}
        hint={t('system.siteNameHow')}
        value={name}
        maxLength={60}
        onChange={setName}
      />
      <TextField
        label={t('system.siteAddress')}
        hint={t('system.siteAddressHow')}
        placeholder="https://example.org"
        value={address}
        maxLength={300}
        onChange={setAddress}
      />
      <TextField
        label={t('system.sitePhone')}
        hint={t('system.sitePhoneHow')}
        value={phone}
        maxLength={40}
        onChange={setPhone}
      />
    </FormDialog>
  )
}
