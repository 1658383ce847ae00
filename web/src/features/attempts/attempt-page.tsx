import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { AttemptView } from '../../components/attempts/attempt-view.tsx'
import { Card, Page } from '../../components/page.tsx'

/** One attempt under an address of its own, to be sent to somebody. */
export function AttemptPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/attempts/$id' })
  return (
    <Page title={t('attempt.title')} lead={<Link to="/attempts">{t('section.diagnosis')}</Link>}>
      <Card>
        <AttemptView id={id} />
      </Card>
    </Page>
  )
}
