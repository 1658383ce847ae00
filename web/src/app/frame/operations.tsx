import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { Icon } from '../../components/icon.tsx'
import { OperationDialog, OperationState, useOperationTitle } from '../../components/operation-dialog.tsx'
import { operationsQuery } from '../../lib/api/queries.ts'

/** Commands that take a while: how many run, and what became of the last ones. Nothing when there were none. */
export function Operations() {
  const { t } = useTranslation()
  const title = useOperationTitle()
  const { data: operations = [] } = useQuery(operationsQuery())
  const [open, setOpen] = useState<string | null>(null)
  const panel = useId()
  const element = useRef<HTMLDivElement>(null)
  if (operations.length === 0) return null
  const running = operations.filter(({ state }) => state === 'running').length
  const label = running > 0 ? t('operation.runningNow', { n: running }) : t('operation.last')
  return (
    <>
      <Button
        type="text"
        popoverTarget={panel}
        aria-label={label}
        title={label}
        className={running > 0 ? 'operations-button running' : 'operations-button'}
        icon={<Icon name={running > 0 ? 'refresh' : 'check'} size={20} />}
      >
        {running > 0 ? <span className="tabular">{running}</span> : null}
      </Button>
      <div ref={element} id={panel} popover="auto" className="pop-panel operations-panel">
        <strong>{t('operation.last')}</strong>
        <ul className="rows">
          {operations.map(({ id, kind, state, done, total, createdAt }) => (
            <li key={id}>
              <button
                type="button"
                className="row"
                onClick={() => {
                  element.current?.hidePopover()
                  setOpen(id)
                }}
              >
                <span className="row-main">
                  <strong>{title(kind)}</strong>
                  <small>
                    <Ago at={createdAt} />
                  </small>
                </span>
                <span className="tabular">{total === null ? done : `${done} / ${total}`}</span>
                <OperationState state={state} />
              </button>
            </li>
          ))}
        </ul>
      </div>
      {open !== null && <OperationDialog id={open} onClose={() => setOpen(null)} />}
    </>
  )
}
