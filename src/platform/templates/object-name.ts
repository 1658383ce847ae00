import { AppError } from '../../base/errors.ts'
import type { RecordSettings, SnapshotSettings } from './template.ts'

const RECORD_VARIABLES = [
  ...['Space', 'AppName', 'StreamName', 'Date', 'Hour', 'Sequence', 'EscapedStartTime', 'EscapedEndTime'],
] as const
const SNAPSHOT_VARIABLES = ['Space', 'AppName', 'StreamName', 'UnixTimestamp', 'Sequence'] as const
/** Without them two streams would write the same object. */
const OF_STREAM = ['Space', 'AppName', 'StreamName'] as const
const OF_PICTURE = ['UnixTimestamp', 'Sequence']
/** What survives disks, object stores and URLs without escaping; levels are separated by single slashes. */
const LEVEL = /^[\p{L}\p{N}_\-.~@+=,]+$/u

/** Throws INVALID naming the field. */
export function checkSnapshotName({ objectName, trigger }: SnapshotSettings): void {
  const field = 'body.snapshot.objectName'
  const used = check(objectName, SNAPSHOT_VARIABLES, field)
  const apart = OF_PICTURE.some(variable => used.has(variable))
  if (trigger === 'overwrite') {
    if (apart) throw invalid(field, 'a picture that is overwritten has no {UnixTimestamp} and no {Sequence}')
  } else if (!apart) {
    throw invalid(field, 'needs {UnixTimestamp} or {Sequence}: two pictures of a stream would have the same name')
  }
}

/** Throws INVALID for settings that contradict each other. */
export function checkRecord(settings: RecordSettings): void {
  const used = check(settings.objectName, RECORD_VARIABLES, 'body.record.objectName')
  need(used, ['EscapedStartTime'], 'body.record.objectName', 'two files of a stream would have the same name')
  const { retentionDays, thinAfterDays, tierAfterDays } = settings
  for (const [name, days] of [
    ['thinAfterDays', thinAfterDays],
    ['tierAfterDays', tierAfterDays],
  ] as const) {
    if (days !== null && retentionDays !== null && days >= retentionDays)
      throw invalid(`body.record.${name}`, `is not before the end of ${retentionDays} days`)
  }
  if (settings.format === 'hls' && settings.encrypt)
    throw invalid('body.record.encrypt', 'HLS files are played as they lie there: record fmp4 to encrypt at rest')
}

function check(objectName: string, known: readonly string[], field: string): Set<string> {
  const used = new Set<string>()
  const rest = objectName.replace(/\{([^{}]*)\}/g, (_, variable: string) => {
    if (!known.includes(variable)) throw invalid(field, `{${variable}} is not one of {${known.join('} {')}}`)
    used.add(variable)
    return 'x'
  })
  for (const level of rest.split('/')) {
    if (level === '.' || level === '..') throw invalid(field, 'has a level that is . or ..')
    if (!LEVEL.test(level)) throw invalid(field, 'is levels of letters, digits and _ - . ~ @ + = , between slashes')
  }
  need(used, OF_STREAM, field, 'two streams would have the same name')
  return used
}

function need(used: ReadonlySet<string>, variables: readonly string[], field: string, why: string): void {
  const missing = variables.filter(variable => !used.has(variable))
  if (missing.length > 0) throw invalid(field, `needs {${missing.join('} {')}}: ${why}`)
}

function invalid(field: string, reason: string): AppError {
  return new AppError('INVALID', { field, reason })
}
