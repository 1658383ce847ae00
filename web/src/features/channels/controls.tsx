import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CheckField, Fields, TextField } from '../../components/field.tsx'
import { Icon, type IconName } from '../../components/icon.tsx'
import { Card, Facts, Skeleton } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { type ApiCall, deviceApi } from '../../lib/api/client.ts'
import { cruisesQuery, homeQuery } from './queries.ts'

/** What else a camera can be told to do. */
export function Controls({ id }: { id: string }) {
  return (
    <div className="control-cards">
      <Cruises id={id} />
      <Scans id={id} />
      <Switches id={id} />
      <Home id={id} />
    </div>
  )
}

/** Sends an order and says whether it was taken; an error is said too. */
function useOrder(): (call: ApiCall) => void {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const order = useAction({ done: t('channel.sent') })
  return call => order.mutate(call, { onError: error => void message.error(error.message) })
}

interface OrderProps {
  readonly icon?: IconName
  readonly word: string
  readonly call: ApiCall
}

function Order({ icon, word, call }: OrderProps) {
  const order = useOrder()
  return (
    <Button
      size="small"
      {...(icon === undefined ? {} : { icon: <Icon name={icon} size={16} /> })}
      onClick={() => order(call)}
    >
      {word}
    </Button>
  )
}

const group = (text: string) => (/^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : null)

/** Rounds from preset to preset, in the device. */
function Cruises({ id }: { id: string }) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const cruises = useQuery(cruisesQuery(id))
  const order = useOrder()
  const [number, setNumber] = useState('1')
  const [preset, setPreset] = useState('1')
  const [dwell, setDwell] = useState('10')
  const chosen = group(number)
  const body = (action: 'add' | 'remove' | 'clear' | 'speed' | 'dwell' | 'start' | 'stop') => {
    const point = action === 'clear' || action === 'start' || action === 'stop' ? {} : { preset: Number(preset) || 1 }
    const value = action === 'dwell' || action === 'speed' ? { value: Number(dwell) || 1 } : {}
    return deviceApi('orderCruise', { path: { id, number: chosen ?? 0 }, body: { action, ...point, ...value } })
  }
  const edit = (action: Parameters<typeof body>[0]) => {
    order(body(action))
    void queryClient.invalidateQueries({ queryKey: ['cruises', id] })
  }
  return (
    <Card title={t('channel.cruise')} extra={<ShowApiCall call={body('start')} compact />}>
      {cruises.isPending && <Skeleton width="50%" />}
      {cruises.data !== undefined && cruises.data.length > 0 && (
        <ul className="preset-list">
          {cruises.data.map(({ number, name }) => (
            <li key={number}>
              <button type="button" className="preset" onClick={() => setNumber(String(number))}>
                <span className="tabular">{number}</span>
                <span className="ellipsis">{name || t('channel.cruiseN', { n: number })}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {cruises.isError && <p className="muted">{t('channel.cruiseOld')}</p>}
      <Fields>
        <TextField
          label={t('channel.cruiseNumber')}
          wrong={chosen === null ? t('channel.groupWrong') : null}
          value={number}
          onChange={setNumber}
        />
        <TextField label={t('channel.cruisePoint')} value={preset} onChange={setPreset} />
        <TextField label={t('channel.cruiseDwell')} value={dwell} onChange={setDwell} />
      </Fields>
      <div className="order-row">
        <Order icon="play" word={t('channel.start')} call={body('start')} />
        <Order icon="pause" word={t('channel.stop')} call={body('stop')} />
        <span className="grow" />
        <Button size="small" onClick={() => edit('add')}>
          {t('channel.pointAdd')}
        </Button>
        <Button size="small" onClick={() => edit('remove')}>
          {t('channel.pointRemove')}
        </Button>
        <Button size="small" onClick={() => edit('dwell')}>
          {t('channel.dwellSet')}
        </Button>
        <Button size="small" danger onClick={() => edit('clear')}>
          {t('channel.cruiseClear')}
        </Button>
      </div>
    </Card>
  )
}

/** Back and forth between two edges. */
function Scans({ id }: { id: string }) {
  const { t } = useTranslation()
  const [number, setNumber] = useState('1')
  const [speed, setSpeed] = useState('128')
  const chosen = group(number)
  const call = (action: 'start' | 'left' | 'right' | 'speed' | 'stop') =>
    deviceApi('orderScan', {
      path: { id, number: chosen ?? 0 },
      body: { action, ...(action === 'speed' ? { value: Math.min(4095, Number(speed) || 1) } : {}) },
    })
  return (
    <Card title={t('channel.scan')} extra={<ShowApiCall call={call('start')} compact />}>
      <Fields>
        <TextField
          label={t('channel.scanNumber')}
          wrong={chosen === null ? t('channel.groupWrong') : null}
          value={number}
          onChange={setNumber}
        />
        <TextField label={t('channel.scanSpeed')} value={speed} onChange={text => setSpeed(text.replace(/\D/g, ''))} />
      </Fields>
      <div className="order-row">
        <Order icon="play" word={t('channel.start')} call={call('start')} />
        <Order icon="pause" word={t('channel.stop')} call={call('stop')} />
        <span className="grow" />
        <Order word={t('channel.scanLeft')} call={call('left')} />
        <Order word={t('channel.scanRight')} call={call('right')} />
        <Order word={t('channel.speedSet')} call={call('speed')} />
      </div>
    </Card>
  )
}

function Switches({ id }: { id: string }) {
  const { t } = useTranslation()
  const [number, setNumber] = useState('2')
  const aux = group(number) ?? 0
  const rows: readonly (readonly [word: string, on: ApiCall, off: ApiCall])[] = [
    [
      t('channel.wiper'),
      deviceApi('controlWiper', { path: { id }, body: { on: true } }),
      deviceApi('controlWiper', { path: { id }, body: { on: false } }),
    ],
    [
      t('channel.guard'),
      deviceApi('controlGuard', { path: { id }, body: { on: true } }),
      deviceApi('controlGuard', { path: { id }, body: { on: false } }),
    ],
    [
      t('channel.deviceRecord'),
      deviceApi('controlRecord', { path: { id }, body: { on: true } }),
      deviceApi('controlRecord', { path: { id }, body: { on: false } }),
    ],
  ]
  return (
    <Card title={t('channel.switches')}>
      <ul className="switches">
        {rows.map(([word, on, off]) => (
          <li key={word}>
            <span className="grow">{word}</span>
            <Order word={t('channel.on')} call={on} />
            <Order word={t('channel.offWord')} call={off} />
          </li>
        ))}
        <li>
          <label className="grow switch-aux">
            {t('channel.aux')}
            <input
              className="select"
              inputMode="numeric"
              maxLength={3}
              value={number}
              onChange={event => setNumber(event.target.value.replace(/\D/g, ''))}
            />
          </label>
          <Order
            word={t('channel.on')}
            call={deviceApi('controlAux', { path: { id }, body: { number: aux, on: true } })}
          />
          <Order
            word={t('channel.offWord')}
            call={deviceApi('controlAux', { path: { id }, body: { number: aux, on: false } })}
          />
        </li>
        <li>
          <span className="grow">{t('channel.iframe')}</span>
          <Order word={t('channel.ask')} call={deviceApi('controlIframe', { path: { id } })} />
        </li>
      </ul>
    </Card>
  )
}

/** Where the camera goes back to by itself. */
function Home({ id }: { id: string }) {
  const { t } = useTranslation()
  const home = useQuery(homeQuery(id))
  const order = useOrder()
  const [enabled, setEnabled] = useState(true)
  const [preset, setPreset] = useState('1')
  const [resetS, setResetS] = useState('60')
  const call = deviceApi('controlHome', {
    path: { id },
    body: { enabled, preset: group(preset) ?? 1, resetS: Number(resetS) || 60 },
  })
  const told = home.data?.['homePosition']
  return (
    <Card title={t('channel.home')} extra={<ShowApiCall call={call} compact />}>
      {typeof told === 'object' && told !== null && (
        <Facts rows={Object.entries(told).map(([label, value]) => ({ label, value: String(value) }))} />
      )}
      {home.isError && <ErrorPanel error={home.error} what={t('channel.homeUnknown')} />}
      <div className="form">
        <CheckField label={t('channel.homeOn')} hint={t('channel.homeHow')} checked={enabled} onChange={setEnabled} />
        <Fields>
          <TextField label={t('channel.presetNumber')} value={preset} onChange={setPreset} />
          <TextField
            label={t('channel.homeAfter')}
            value={resetS}
            onChange={text => setResetS(text.replace(/\D/g, ''))}
          />
        </Fields>
        <div className="order-row">
          <Button size="small" onClick={() => void home.refetch()} loading={home.isFetching}>
            {t('channel.ask')}
          </Button>
          <span className="grow" />
          <Button size="small" type="primary" onClick={() => order(call)}>
            {t('dialog.save')}
          </Button>
        </div>
      </div>
    </Card>
  )
}
