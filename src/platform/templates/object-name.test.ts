import { expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { checkRecord, checkSnapshotName } from './object-name.ts'
import { NEW_RECORD, NEW_SNAPSHOT, OVERWRITTEN_NAME, type RecordSettings, type SnapshotSettings } from './template.ts'

const reason = (check: () => void): string => {
  try {
    check()
    return ''
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}

const STREAM = '{Space}/{AppName}/{StreamName}'

/** Name, what the refusal says; '' for none. */
const RECORD_NAMES = [
  [NEW_RECORD.objectName, ''],
  ['{Space}/{AppName}_{StreamName}/{Date}/{Hour}/{Sequence}-{EscapedStartTime}_{EscapedEndTime}', ''],
  [`archive-2026/${STREAM}.{EscapedStartTime}`, ''],
  [`${STREAM}/{Date}/{Sequence}`, 'needs {EscapedStartTime}'],
  ['{AppName}/{EscapedStartTime}', 'needs {Space} {StreamName}: two streams'],
  [`${STREAM}/{EscapedStartTime}/{Month}`, '{Month} is not one of'],
  [`${STREAM}/{EscapedStartTime}/{}`, '{} is not one of'],
  [`/${STREAM}/{EscapedStartTime}`, 'between slashes'],
  [`${STREAM}//{EscapedStartTime}`, 'between slashes'],
  [`../${STREAM}/{EscapedStartTime}`, 'a level that is . or ..'],
  [`${STREAM}/{EscapedStartTime}\\x`, 'between slashes'],
  [`${STREAM}/{EscapedStartTime}}`, 'between slashes'],
  [`${STREAM}/a b/{EscapedStartTime}`, 'between slashes'],
] as const

test.each(RECORD_NAMES)('files are named %s: %s', (objectName, refusal) => {
  const message = reason(() => checkRecord({ ...NEW_RECORD, objectName }))
  expect(message === '' ? '' : message).toContain(refusal)
  if (refusal === '') expect(message).toBe('')
  else expect(message).toContain('body.record.objectName')
})

const SNAPSHOT_NAMES = [
  [NEW_SNAPSHOT.objectName, 'sequence', ''],
  [`${STREAM}/{Sequence}`, 'ondemand', ''],
  [OVERWRITTEN_NAME, 'overwrite', ''],
  [OVERWRITTEN_NAME, 'sequence', 'needs {UnixTimestamp} or {Sequence}'],
  [OVERWRITTEN_NAME, 'ondemand', 'needs {UnixTimestamp} or {Sequence}'],
  [NEW_SNAPSHOT.objectName, 'overwrite', 'has no {UnixTimestamp}'],
  [`${STREAM}/{EscapedStartTime}/{Sequence}`, 'sequence', '{EscapedStartTime} is not one of'],
] as const

test.each(SNAPSHOT_NAMES)('pictures are named %s when %s: %s', (objectName, trigger, refusal) => {
  const settings: SnapshotSettings = { ...NEW_SNAPSHOT, objectName, trigger }
  const message = reason(() => checkSnapshotName(settings))
  expect(refusal === '' ? message : message.includes(refusal)).toBe(refusal === '' ? '' : true)
})

const CONTRADICTIONS: [Partial<RecordSettings>, string][] = [
  [{ retentionDays: 7, thinAfterDays: 7 }, 'body.record.thinAfterDays'],
  [{ retentionDays: 7, tierAfterDays: 8 }, 'body.record.tierAfterDays'],
  [{ retentionDays: null, tierAfterDays: 365 }, ''],
  [{ retentionDays: 7, tierAfterDays: 0 }, ''],
  [{ format: 'hls', encrypt: true }, 'body.record.encrypt'],
]

test.each(CONTRADICTIONS)('%o is refused at "%s"', (change, field) => {
  const message = reason(() => checkRecord({ ...NEW_RECORD, ...change }))
  expect(field === '' ? message : message.startsWith(field)).toBe(field === '' ? '' : true)
})
