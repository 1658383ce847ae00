import { expect, test } from 'vitest'
import { probe } from '../../../test/ffmpeg.ts'
import { MEDIA } from '../../../test/support/media.ts'
import { PATH, Recorded } from '../../../test/support/recorded.ts'
import { readIndex } from '../recorder/recovery.ts'
import { indexKey } from '../recorder/segment.ts'
import { keyframeAt } from './keyframe.ts'
import { thinSegment } from './thinning.ts'

const ALL = [0, Number.MAX_SAFE_INTEGER] as const

test('only keyframes are left, each shown until the next, and found by their time', async () => {
  using recorded = new Recorded()
  await recorded.record(MEDIA['H.264 and AAC'](7))
  const { index, reader, recordings, store } = recorded
  const [segment] = index.between(PATH, ...ALL)
  const before = await keyframeAt(recordings, reader, PATH, (segment?.startMs ?? 0) + 3500)
  const keys = probe(`${recorded.folder}/${segment?.object}`, 'video').packets.filter(({ key }) => key)
  const thinned = segment && (await thinSegment(segment, store, recordings, reader))
  if (!thinned) throw new Error('it was not thinned')
  index.put(thinned)
  recordings.forget(thinned.id)
  expect(thinned).toMatchObject({ thinned: true, fragments: keys.length, id: segment?.id })
  expect(thinned.sizeBytes).toBeLessThan(segment?.sizeBytes ?? 0)
  const { packets, decodedFrames } = probe(`${recorded.folder}/${thinned.object}`, 'video')
  expect(decodedFrames).toBe(keys.length)
  expect(packets.map(({ dts, size }) => [dts, size])).toEqual(keys.map(({ dts, size }) => [dts, size]))
  const after = await keyframeAt(recordings, reader, PATH, (segment?.startMs ?? 0) + 3500)
  expect([after?.wallMs, after?.frame.data]).toEqual([before?.wallMs, before?.frame.data])
  // What a crash between both files would leave is mended by itself.
  const written = await readIndex(store, thinned.object)
  await store.delete(indexKey(thinned.object))
  recordings.forget(thinned.id)
  await recordings.entriesOf(thinned)
  expect((await readIndex(store, thinned.object))?.fragments.map(({ startUs }) => startUs)).toEqual(
    written?.fragments.map(({ startUs }) => startUs),
  )
})

test('sound alone stays as it is', async () => {
  using recorded = new Recorded()
  await recorded.record(MEDIA['AAC'](4))
  const [segment] = recorded.index.between(PATH, ...ALL)
  const { recordings, reader, store } = recorded
  expect(segment && (await thinSegment(segment, store, recordings, reader))).toBeNull()
})
