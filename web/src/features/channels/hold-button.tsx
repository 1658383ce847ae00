import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import { Icon, type IconName } from '../../components/icon.tsx'

interface Props {
  readonly icon: IconName
  readonly label: string
  readonly onHold: () => void
  readonly onRelease: () => void
}

/** Works as long as it is pressed, by mouse, finger, space or Enter. */
export function HoldButton({ icon, label, onHold, onRelease }: Props) {
  const held = useRef(false)
  const release = useRef(onRelease)
  release.current = onRelease
  const hold = () => {
    if (held.current) return
    held.current = true
    onHold()
  }
  const letGo = () => {
    if (!held.current) return
    held.current = false
    onRelease()
  }
  useEffect(
    () => () => {
      if (held.current) release.current()
    },
    [],
  )
  const isPress = ({ key }: KeyboardEvent) => key === ' ' || key === 'Enter'
  return (
    <button
      type="button"
      className="hold-button"
      aria-label={label}
      title={label}
      onPointerDown={(event: PointerEvent<HTMLButtonElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        hold()
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onLostPointerCapture={letGo}
      onContextMenu={event => event.preventDefault()}
      onKeyDown={event => {
        if (!isPress(event)) return
        event.preventDefault()
        hold()
      }}
      onKeyUp={event => {
        if (isPress(event)) letGo()
      }}
      onBlur={letGo}
    >
      <Icon name={icon} size={20} />
    </button>
  )
}
