import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Icon } from '../../components/icon.tsx'
import { clock } from './timeline-scale.ts'
import { type Replay, SPEEDS } from './use-replay.ts'

const IGNORED = ['pause', 'seek', 'speed'] as const

/** Under the picture while a recording is shown: what is shown, how fast, and the way back. */
export function ReplayBar({ replay }: { replay: Replay }) {
  const { t } = useTranslation()
  const { session, atMs, speed } = replay
  const paused = session?.state === 'paused'
  const ignoredWord = (what: string): string => {
    const known = IGNORED.find(each => each === what)
    return known === undefined ? what : t(`channel.ignoredWhat.${known}`)
  }
  return (
    <div className="replay-bar">
      <Button
        icon={<Icon name={paused ? 'play' : 'pause'} size={16} />}
        disabled={session === null}
        onClick={replay.togglePause}
      >
        {t(paused ? 'player.play' : 'player.pause')}
      </Button>
      <FilterSelect
        label={t('channel.replaySpeed')}
        all="1×"
        value={speed === 1 ? undefined : String(speed)}
        options={SPEEDS.filter(each => each !== 1).map(each => ({
          value: String(each),
          label: each < 0 ? t('channel.backwards', { speed: `${-each}×` }) : `${each}×`,
        }))}
        onChange={value => replay.setSpeed(value === undefined ? 1 : Number(value))}
      />
      <span className="tabular">{atMs === null ? '–' : clock(atMs, true)}</span>
      <span className="grow" />
      {session !== null && session.ignored.length > 0 && (
        <span className="muted">{t('channel.ignored', { what: session.ignored.map(ignoredWord).join(', ') })}</span>
      )}
      <Button type="primary" icon={<Icon name="camera" size={16} />} onClick={replay.stop}>
        {t('channel.backToLive')}
      </Button>
    </div>
  )
}
