import { Button, Input } from 'antd'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { type Walls, withLayout } from './walls.ts'

interface Props {
  readonly walls: Walls
  readonly change: (change: Partial<Walls>) => void
}

/** Saved walls by name, and the automatic one. */
export function Layouts({ walls, change }: Props) {
  const { t } = useTranslation()
  const panel = useId()
  const element = useRef<HTMLDivElement>(null)
  const [name, setName] = useState('')
  const { size, tiles, saved } = walls
  const current = saved.find(each => each.size === size && JSON.stringify(each.tiles) === JSON.stringify(tiles))
  const choose = (next: Partial<Walls>) => {
    change(next)
    element.current?.hidePopover()
  }
  const title = tiles === null ? t('wall.automatic') : (current?.name ?? t('wall.unsaved'))
  return (
    <div className="layouts">
      <Button
        popoverTarget={panel}
        aria-label={`${t('wall.layouts')}: ${title}`}
        title={t('wall.layouts')}
        icon={<Icon name="grid" />}
      >
        <span className="layouts-name">{title}</span>
      </Button>
      <div ref={element} id={panel} popover="auto" className="pop-panel layouts-panel">
        <button
          type="button"
          className="rail-link"
          aria-pressed={tiles === null}
          onClick={() => choose({ tiles: null })}
        >
          <Icon name="refresh" />
          {t('wall.automatic')}
          <small className="muted">{t('wall.automaticHow')}</small>
        </button>
        {saved.map(layout => (
          <div key={layout.name} className="layouts-row">
            <button
              type="button"
              className="rail-link grow"
              aria-pressed={layout === current}
              onClick={() => choose({ size: layout.size, tiles: layout.tiles })}
            >
              <Icon name="grid" />
              <span className="ellipsis">{layout.name}</span>
              <small className="muted">{layout.size}</small>
            </button>
            <Button
              type="text"
              icon={<Icon name="trash" size={16} />}
              aria-label={`${t('delete.action')}: ${layout.name}`}
              title={t('delete.action')}
              onClick={() => change({ saved: saved.filter(each => each !== layout) })}
            />
          </div>
        ))}
        <form
          className="layouts-save"
          onSubmit={event => {
            event.preventDefault()
            if (name.trim() === '' || tiles === null) return
            change({ saved: withLayout(saved, { name: name.trim(), size, tiles }) })
            setName('')
            element.current?.hidePopover()
          }}
        >
          <Input
            value={name}
            maxLength={40}
            disabled={tiles === null}
            placeholder={t(tiles === null ? 'wall.saveFirst' : 'wall.saveAs')}
            aria-label={t('wall.saveAs')}
            onChange={event => setName(event.target.value)}
          />
          <Button htmlType="submit" type="primary" disabled={name.trim() === '' || tiles === null}>
            {t('wall.save')}
          </Button>
        </form>
      </div>
    </div>
  )
}
