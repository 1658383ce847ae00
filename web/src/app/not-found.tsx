import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ErrorPanel } from '../components/error-panel.tsx'
import { Empty, Page } from '../components/page.tsx'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <Page title={t('notFound.title')}>
      <Empty title={t('notFound.text')} action={<Link to="/">{t('notFound.home')}</Link>} />
    </Page>
  )
}

export function Broken({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  return (
    <Page title={t('error.broken')}>
      <ErrorPanel error={error} what={t('error.broken')} onRetry={() => location.reload()} />
    </Page>
  )
}
