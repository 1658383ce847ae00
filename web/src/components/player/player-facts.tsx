import { useTranslation } from 'react-i18next'
import { bitrate, codecName, count, framesPerSecond, milliseconds } from '../../lib/format.ts'
import { Icon } from '../icon.tsx'
import { Measure } from '../measure.tsx'
import { Facts } from '../page.tsx'
import type { PlayerSnapshot } from './session.ts'
import { type Playable, type Player, usePlayerSnapshot } from './use-player.ts'

/** What this browser measures while it plays: beside the picture, changing in place. */
export function PlayerFacts({ player, stream }: { player: Player; stream: Playable }) {
  const { t } = useTranslation()
  const snapshot = usePlayerSnapshot(player)
  const { stats, attempt, plan } = snapshot
  const why = useWhy(snapshot)
  const hls = attempt?.protocol === 'hls'
  const silenced = attempt?.video && !attempt.audio ? stream.live?.audio : null
  return (
    <>
      <Facts
        rows={[
          {
            label: t('player.facts.delay'),
            value: <Measure of={stats.delayMs === null ? null : milliseconds(stats.delayMs)} />,
            note: t(hls ? 'player.delayHowHls' : 'player.delayHow'),
          },
          {
            label: t('player.facts.protocol'),
            value: attempt === null ? '–' : t(`player.protocol.${attempt.protocol}`),
            note: why,
          },
          {
            label: t('player.facts.resolution'),
            value: <span className="tabular">{stats.width > 0 ? `${stats.width} × ${stats.height}` : '–'}</span>,
          },
          {
            label: t('player.facts.fps'),
            value: <span className="tabular">{stats.fps === null ? '–' : framesPerSecond(stats.fps)}</span>,
          },
          {
            label: t('player.facts.dropped'),
            value: <span className="tabular">{`${count(stats.droppedFrames)} / ${count(stats.totalFrames)}`}</span>,
            title: t('player.facts.droppedHow'),
          },
          {
            label: t('player.facts.network'),
            value: <Measure of={stats.networkKbps === null ? null : bitrate(stats.networkKbps)} />,
          },
        ]}
      />
      {silenced && plan.undecodable.includes(silenced.codec) && (
        <p className="notice" role="status">
          <Icon name="mute" />
          {t('player.silenced', { codec: codecName(silenced.codec) })}
        </p>
      )}
    </>
  )
}

/** Why this protocol and no other, in one sentence. */
function useWhy({ attempt, plan, playback }: PlayerSnapshot): string {
  const { t } = useTranslation()
  if (attempt === null) return ''
  const failed = playback.failures.at(-1)
  if (failed !== undefined && failed.protocol !== attempt.protocol)
    return t('player.why.fallback', { protocol: t(`player.protocol.${failed.protocol}`), message: failed.message })
  const skipped = plan.skipped[0]
  if (skipped !== undefined && attempt.protocol !== 'ws-flv')
    return t('player.why.skipped', {
      protocol: t(`player.protocol.${skipped.protocol}`),
      reason: t(`player.skipped.${skipped.reason}`, { codec: plan.undecodable.map(codecName).join(', ') }),
    })
  return t('player.why.first')
}
