import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SegmentRecord } from './segment.ts'
import { SegmentIndex } from './segment-index.ts'

const SEGMENT: SegmentRecord = {
  ...{ id: 'seg_a', path: 'default/live/cam', recording: 'rec_1', cause: 'always', template: null, store: 'disk1' },
  ...{ object: 'a.mp4', state: 'open', startMs: 1, endMs: 2, sizeBytes: 0, fragments: 1, initBytes: 1, initHash: '' },
  ...{ continues: null, overlapMs: 0, tracks: [], sha256: null, held: false, thinned: false, copyAs: null, copy: null },
}

test('what lies in a store is added up as segments grow, move and go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-index-'))
  const index = new SegmentIndex(join(folder, 'index.sqlite'))
  const usage = () => [index.usage('disk1'), index.usage('s3')].map(({ bytes, segments }) => [bytes, segments])
  expect(usage()).toEqual([
    [0, 0],
    [0, 0],
  ])
  index.put(SEGMENT)
  index.put({ ...SEGMENT, state: 'closed', sizeBytes: 700 })
  index.put({ ...SEGMENT, id: 'seg_b', state: 'closed', sizeBytes: 50 })
  expect(usage()).toEqual([
    [750, 2],
    [0, 0],
  ])
  index.put({ ...SEGMENT, state: 'closed', sizeBytes: 600, store: 's3' })
  index.setReported('seg_a')
  expect(usage()).toEqual([
    [50, 1],
    [600, 1],
  ])
  index.remove('seg_b')
  index.remove('seg_b')
  expect(usage()).toEqual([
    [0, 0],
    [600, 1],
  ])
  expect([index.has('default/live/cam'), index.has('default/live/other')]).toEqual([true, false])
  index.close()
  rmSync(folder, { recursive: true, force: true })
})
