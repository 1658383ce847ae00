import { expect, test } from 'vitest'
import type { Binding, RecordingState, RecordTemplate } from '../../link/recording.ts'
import { DesiredRecording, type RecordingSurroundings } from './desired-recording.ts'

const template = (id: string, change: Partial<RecordTemplate> = {}): RecordTemplate => ({
  ...{ id, name: id, trigger: 'auto', format: 'fmp4', segmentS: 600, segmentBytes: null, overlapKeyframes: 0 },
  ...{ preRecordS: 10, postRecordS: 30, objectName: '{Space}/{AppName}/{StreamName}/{EscapedStartTime}' },
  ...{
    retentionDays: 7,
    retentionBytes: null,
    thinAfterDays: null,
    tierAfterDays: null,
    encrypt: false,
    snapshots: true,
  },
  ...change,
})

const bind = (target: string, template: string | null, plan: string | null = null): Binding => ({
  ...{ scope: target.includes('/') ? 'stream' : 'space', target, kind: 'record', template, plan },
})

const desired = (state: Partial<RecordingState>): DesiredRecording =>
  new DesiredRecording({
    ...{ revision: 1, snapshotTemplates: [], bindings: [], manual: [] },
    plans: [{ id: 'weekdays', name: '', zone: 'Europe/Berlin', week: [[], [], [], [], [], [], []] }],
    templates: [template('auto'), template('ondemand', { trigger: 'ondemand' })],
    ...state,
  })

const CAM = 'default/live/cam'
const DEVICE = 'default/live/34020000001310000001'

/** `cam` is published, `gone` was, and a device can bring `DEVICE`. */
const around = (change: Partial<RecordingSurroundings> = {}): RecordingSurroundings => ({
  live: [CAM, 'other/live/cam'],
  belongs: path => [CAM, DEVICE, 'default/live/gone', 'other/live/cam'].includes(path),
  onDemand: path => path === DEVICE,
  hasS3: false,
  ...change,
})

/** path cause template week expected */
const told = (state: Partial<RecordingState>, change: Partial<RecordingSurroundings> = {}) =>
  desired(state)
    .plans(around(change))
    .map(({ path, cause, template, week, expected }) =>
      [path, cause, template, week ? 'week' : '-', expected ? 'expected' : 'ifThere'].join(' '),
    )

test.each<[string, Partial<RecordingState>, string[]]>([
  ['nothing is bound', {}, []],
  ['a space: what is there', { bindings: [bind('default', 'auto')] }, [`${CAM} always auto - ifThere`]],
  [
    'the stream goes over its space, and nothing is something',
    { bindings: [bind('default', 'auto'), bind(CAM, null)] },
    [],
  ],
  [
    'a plan of a space: what is there, and events outside of it',
    { bindings: [bind('default', 'auto', 'weekdays')] },
    [`${CAM} plan auto week ifThere`, `${CAM} event auto - ifThere`],
  ],
  [
    'a plan of a stream is expected, also when it is not there',
    { bindings: [bind('default/live/gone', 'auto', 'weekdays')] },
    ['default/live/gone plan auto week expected'],
  ],
  [
    'a stream that was never here is that of another node',
    { bindings: [bind('default/live/x', 'auto', 'weekdays')] },
    [],
  ],
  ['without a plan a stream is recorded when it is there', { bindings: [bind('default/live/gone', 'auto')] }, []],
  ['what can be brought is brought', { bindings: [bind(DEVICE, 'auto')] }, [`${DEVICE} always auto - expected`]],
  [
    'on demand: only the past is kept in memory',
    { bindings: [bind(CAM, 'ondemand')] },
    [`${CAM} event ondemand - ifThere`],
  ],
  [
    'started by hand, with the template that is bound',
    { bindings: [bind('default', 'ondemand')], manual: [{ path: CAM, on: true, template: null }] },
    [`${CAM} manual ondemand - expected`],
  ],
  [
    'started by hand with a template of its own',
    { bindings: [bind('default', 'ondemand')], manual: [{ path: CAM, on: true, template: 'auto' }] },
    [`${CAM} manual auto - expected`],
  ],
  [
    'started by hand at a stream that was never here',
    { manual: [{ path: 'default/live/x', on: true, template: null }] },
    ['default/live/x manual  - ifThere'],
  ],
  ['stopped by hand', { bindings: [bind('default', 'auto')], manual: [{ path: CAM, on: false, template: null }] }, []],
  ['a template that is gone', { bindings: [bind('default', 'deleted')] }, []],
])('%s', (_, state, expected) => {
  expect(told(state)).toEqual(expected)
})

test('settings: where it lies, what is made of it', () => {
  const templates = [
    template('far', { tierAfterDays: 0, format: 'hls', objectName: 'x', segmentS: 60, overlapKeyframes: 2 }),
    template('secret', { encrypt: true }),
    template('both', { tierAfterDays: 0, encrypt: true }),
  ]
  const settings = (id: string, hasS3: boolean) =>
    desired({ templates, bindings: [bind(CAM, id)] }).plans(around({ hasS3 }))[0]?.settings
  expect(settings('far', true)).toEqual({
    ...{ store: 's3', copy: { format: 'hls', objectName: 'x' }, segmentMs: 60_000, segmentBytes: null },
    ...{ overlapKeyframes: 2, preRecordMs: 10_000, postRecordMs: 30_000, audioOnly: false },
  })
  expect(settings('far', false)?.store).toBe('disk')
  expect(settings('secret', true)?.store).toBe('disk+aes')
  expect(settings('both', true)?.store).toBe('s3+aes')
})

test('retention of no template, and of one that was deleted, is for ever', () => {
  const { retention } = { retention: (id: string | null) => desired({}).retention(id).days }
  expect([retention('auto'), retention(null), retention('deleted')]).toEqual([7, null, null])
})
