import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HoldButton } from './hold-button.tsx'
import { type Motion, type MotionSender, motionAt, motionOf, type PtzKey, ptzKey, STILL } from './ptz-motion.ts'

/** As a share of the fastest; the pad's rim is that fast. */
const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1] as const
const DIRECTIONS = [0, 45, 90, 135, 180, 225, 270, 315] as const

/** Turns the camera: press and hold, the farther from the middle the faster; arrows and plus, minus by keyboard. */
export function PtzPad({ sender }: { sender: MotionSender }) {
  const { t } = useTranslation()
  const [at, setAt] = useState(2)
  const speed = SPEEDS[at] ?? 0.5
  const [stick, setStick] = useState<{ x: number; y: number } | null>(null)
  const held = useRef(new Set<PtzKey>())
  const pad = useRef<HTMLDivElement>(null)

  const place = (event: PointerEvent<HTMLDivElement>) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    const x = ((event.clientX - left) / width) * 2 - 1
    const y = ((event.clientY - top) / height) * 2 - 1
    const length = Math.max(1, Math.hypot(x, y))
    setStick({ x: x / length, y: y / length })
    sender.move(motionAt(x, y, speed))
  }
  const letGo = () => {
    if (stick === null) return
    setStick(null)
    sender.stop()
  }
  const keys = (motion: Motion) => {
    sender.move(motion)
    setStick(motion.pan === 0 && motion.tilt === 0 ? null : { x: Math.sign(motion.pan), y: -Math.sign(motion.tilt) })
  }
  const onKey = (event: KeyboardEvent, down: boolean) => {
    const key = ptzKey(event.key)
    if (key === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    if (event.repeat) return
    if (down) held.current.add(key)
    else held.current.delete(key)
    keys(motionOf(held.current, speed))
  }
  const zoom = (direction: 1 | -1) => sender.move({ ...STILL, zoom: direction * speed })
  return (
    <div className="ptz">
      <div
        ref={pad}
        className={stick === null ? 'ptz-pad' : 'ptz-pad held'}
        role="application"
        aria-label={t('channel.padKeys')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is used by keys
        tabIndex={0}
        onPointerDown={event => {
          event.currentTarget.setPointerCapture(event.pointerId)
          event.currentTarget.focus()
          place(event)
        }}
        onPointerMove={event => {
          if (stick !== null && event.currentTarget.hasPointerCapture(event.pointerId)) place(event)
        }}
        onPointerUp={letGo}
        onPointerCancel={letGo}
        onLostPointerCapture={letGo}
        onContextMenu={event => event.preventDefault()}
        onKeyDown={event => onKey(event, true)}
        onKeyUp={event => onKey(event, false)}
        onBlur={() => {
          held.current.clear()
          setStick(null)
          sender.stop()
        }}
      >
        <svg viewBox="-100 -100 200 200" aria-hidden="true">
          <circle className="ptz-rim" r={98} />
          {DIRECTIONS.map(angle => (
            <path key={angle} className="ptz-arrow" d="M-9-70 0-80 9-70" transform={`rotate(${angle})`} />
          ))}
          <circle className="ptz-stick" cx={(stick?.x ?? 0) * 46} cy={(stick?.y ?? 0) * 46} r={30} />
        </svg>
      </div>
      <div className="ptz-side">
        <HoldButton icon="plus" label={t('channel.zoomIn')} onHold={() => zoom(1)} onRelease={sender.stop} />
        <span className="ptz-word">{t('channel.zoom')}</span>
        <HoldButton icon="minus" label={t('channel.zoomOut')} onHold={() => zoom(-1)} onRelease={sender.stop} />
      </div>
      <label className="ptz-speed">
        <span>{t('channel.speed')}</span>
        <input
          type="range"
          min={0}
          max={SPEEDS.length - 1}
          value={at}
          aria-valuetext={`${speed * 100} %`}
          onChange={event => setAt(Number(event.target.value))}
        />
        <span className="tabular">{Math.round(speed * 100)} %</span>
      </label>
    </div>
  )
}
