import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Card, Facts } from '../../components/page.tsx'
import { spacesQuery } from '../../lib/api/queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'

/** Who may publish and watch a stream: the rules of its space. */
export function AccessCard({ stream }: { stream: Pick<Stream, 'space'> }) {
  const { t } = useTranslation()
  const space = useQuery(spacesQuery()).data?.find(({ name }) => name === stream.space)
  if (space === undefined) return null
  const { addressRules, name, refererRules } = space
  const limit = (most: number | null) => (most === null ? '–' : count(most))
  const rules = [addressRules && t('spaces.byAddress'), refererRules && t('spaces.byPage')].filter(Boolean)
  return (
    <Card
      title={t('spaces.access')}
      extra={
        <Link to="/spaces/$name" params={{ name }}>
          {name}
        </Link>
      }
    >
      <Facts
        rows={[
          { label: t('spaces.publish'), value: t(`spaces.publishShort.${space.publish}`) },
          { label: t('spaces.play'), value: t(`spaces.playShort.${space.play}`) },
          { label: t('spaces.rules'), value: rules.join(', ') || '–' },
          { label: t('spaces.maxViewersPerStream'), value: limit(space.maxViewersPerStream) },
          { label: t('spaces.maxViewers'), value: limit(space.maxViewers) },
        ]}
      />
    </Card>
  )
}
