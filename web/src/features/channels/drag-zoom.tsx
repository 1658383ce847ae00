import { App } from 'antd'
import { type PointerEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api/client.ts'

interface Corner {
  readonly x: number
  readonly y: number
}

/** A drag of less is a slip. */
const LEAST_PX = 12

/** Drawn over the picture: a rectangle from left to right zooms into it, from right to left out of it. */
export function DragZoom({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [from, setFrom] = useState<Corner | null>(null)
  const [to, setTo] = useState<Corner | null>(null)
  const at = (event: PointerEvent<HTMLDivElement>): Corner => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    return { x: Math.round(event.clientX - left), y: Math.round(event.clientY - top) }
  }
  const finish = (event: PointerEvent<HTMLDivElement>) => {
    const { width, height } = event.currentTarget.getBoundingClientRect()
    const end = at(event)
    setFrom(null)
    setTo(null)
    if (from === null || Math.abs(end.x - from.x) < LEAST_PX || Math.abs(end.y - from.y) < LEAST_PX) return
    const area = {
      length: Math.round(width),
      width: Math.round(height),
      midX: Math.round((from.x + end.x) / 2),
      midY: Math.round((from.y + end.y) / 2),
      lengthX: Math.abs(end.x - from.x),
      lengthY: Math.abs(end.y - from.y),
    }
    const direction = end.x > from.x ? 'in' : 'out'
    void api('controlDragZoom', { path: { id }, body: { direction, area } })
      .send()
      .catch((error: Error) => void message.error(error.message))
    onDone()
  }
  const box =
    from !== null && to !== null
      ? {
          left: Math.min(from.x, to.x),
          top: Math.min(from.y, to.y),
          width: Math.abs(to.x - from.x),
          height: Math.abs(to.y - from.y),
        }
      : null
  return (
    <div
      className="drag-zoom"
      role="application"
      aria-label={t('channel.dragZoomHow')}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setFrom(at(event))
      }}
      onPointerMove={event => from !== null && setTo(at(event))}
      onPointerUp={finish}
      onPointerCancel={() => setFrom(null)}
    >
      {box === null ? <span>{t('channel.dragZoomHow')}</span> : <i style={box} />}
    </div>
  )
}
