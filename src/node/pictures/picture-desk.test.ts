import { expect, test } from 'vitest'
import { videoFrame } from '../../media/stream/test-frames.ts'
import type { Picture } from '../ffmpeg/picture.ts'
import { PictureDesk } from './picture-desk.ts'

const JPEG = { format: 'jpeg', quality: 80, width: null } as const
const PICTURE: Picture = { bytes: Buffer.from('jpeg'), width: 16, height: 16 }

function setUp() {
  const decoding: { resolve(picture: Picture): void; reject(error: Error): void }[] = []
  const desk = new PictureDesk(() => {
    const { promise, resolve, reject } = Promise.withResolvers<Picture>()
    decoding.push({ resolve, reject })
    return promise
  })
  return { desk, decoding }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('a keyframe is decoded once for all who want the same of it', async () => {
  const { desk, decoding } = setUp()
  const frame = videoFrame(0, true)
  const asked = [desk.picture(frame, JPEG), desk.picture(frame, JPEG), desk.picture(frame, { ...JPEG, width: 320 })]
  expect(decoding).toHaveLength(2)
  for (const { resolve } of decoding) resolve(PICTURE)
  expect(await Promise.all(asked)).toEqual([PICTURE, PICTURE, PICTURE])
  await desk.picture(frame, JPEG)
  expect(decoding).toHaveLength(2)
})

test('a failure is told to those who wait, and tried again for the next', async () => {
  const { desk, decoding } = setUp()
  const frame = videoFrame(0, true)
  const asked = desk.picture(frame, JPEG)
  decoding[0]?.reject(new Error('no ffmpeg'))
  await expect(asked).rejects.toThrow('no ffmpeg')
  const again = desk.picture(frame, JPEG)
  decoding[1]?.resolve(PICTURE)
  expect(await again).toBe(PICTURE)
})

test('two at a time, the others in order, and too many are refused', async () => {
  const { desk, decoding } = setUp()
  const asked = Array.from({ length: 202 }, (_, i) => desk.picture(videoFrame(i, true), JPEG))
  expect(decoding).toHaveLength(2)
  await expect(desk.picture(videoFrame(999, true), JPEG)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' })
  for (let done = 0; done < 202; done++) {
    decoding[done]?.resolve(PICTURE)
    await turn()
    expect(decoding.length).toBe(Math.min(202, done + 3))
  }
  await Promise.all(asked)
})
