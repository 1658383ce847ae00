import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { silentLog } from '../base/log.ts'
import { type Child, EXIT_CONFIG, SupervisedProcess } from './supervised-process.ts'

class FakeChild extends EventEmitter {
  readonly pid: number | undefined
  readonly signals: NodeJS.Signals[] = []

  constructor(pid: number | undefined) {
    super()
    this.pid = pid
  }

  kill(signal?: NodeJS.Signals | number): boolean {
    this.signals.push(signal as NodeJS.Signals) // the supervisor sends names
    return true
  }
}

function supervised(onRefused?: () => void) {
  const time = new FakeTime()
  const children: FakeChild[] = []
  const process = new SupervisedProcess({
    name: 'node',
    spawn: () => {
      const child = new FakeChild(children.length + 1)
      children.push(child)
      return child as unknown as Child // the events and methods the supervisor uses
    },
    clock: time,
    timers: time,
    log: silentLog,
    ...(onRefused ? { onRefused } : {}),
  })
  const last = () => children.at(-1)!
  return { time, children, process, last }
}

test('waits 1, 2, 4 ... 30 s between restarts', () => {
  const { time, children, process, last } = supervised()
  process.start()
  const waits: number[] = []
  for (let i = 0; i < 7; i++) {
    const before = children.length
    last().emit('exit', 1, null)
    let waited = 0
    while (children.length === before) {
      time.advance(500)
      waited += 500
    }
    waits.push(waited)
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
  expect(process.restarts).toBe(7)
})

test('a process that was healthy starts the waits anew', () => {
  const { time, children, process, last } = supervised()
  process.start()
  for (let i = 0; i < 4; i++) {
    last().emit('exit', 1, null)
    time.advance(30_000)
  }
  expect(children).toHaveLength(5)
  time.advance(30_000)
  last().emit('exit', null, 'SIGKILL')
  time.advance(999)
  expect(children).toHaveLength(5)
  time.advance(1)
  expect(children).toHaveLength(6)
})

test('stop asks, then kills, and does not restart', async () => {
  const { time, children, process, last } = supervised()
  process.start()
  const stopped = process.stop(5000)
  expect(last().signals).toEqual(['SIGTERM'])
  time.advance(4999)
  expect(last().signals).toEqual(['SIGTERM'])
  time.advance(1)
  expect(last().signals).toEqual(['SIGTERM', 'SIGKILL'])
  last().emit('exit', null, 'SIGKILL')
  await stopped
  time.advance(60_000)
  expect(children).toHaveLength(1)
  expect(process.state).toBe('stopped')
})

test('stop during the back-off ends it', async () => {
  const { time, children, process, last } = supervised()
  process.start()
  last().emit('exit', 1, null)
  expect(process.state).toBe('waiting')
  await process.stop(5000)
  time.advance(60_000)
  expect(children).toHaveLength(1)
})

test('a refused configuration is not tried again, unless the process had been up before', () => {
  let refused = 0
  const first = supervised(() => refused++)
  first.process.start()
  first.last().emit('exit', EXIT_CONFIG, null)
  first.time.advance(60_000)
  expect(first.children).toHaveLength(1)
  expect(refused).toBe(1)

  const second = supervised(() => refused++)
  second.process.start()
  second.process.ready()
  second.last().emit('exit', EXIT_CONFIG, null)
  second.time.advance(1000)
  expect(second.children).toHaveLength(2)
  expect(refused).toBe(1)
})

test('a program that cannot be started counts as one end', () => {
  const time = new FakeTime()
  let starts = 0
  let child = new FakeChild(undefined)
  const process = new SupervisedProcess({
    name: 'camera',
    spawn: () => {
      starts++
      child = new FakeChild(undefined)
      return child as unknown as Child // as above
    },
    clock: time,
    timers: time,
    log: silentLog,
  })
  process.start()
  child.emit('error', new Error('spawn ENOENT'))
  child.emit('exit', -2, null)
  time.advance(1000)
  expect(starts).toBe(2)
})
