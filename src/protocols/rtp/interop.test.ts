import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { TEST_AUDIO, TEST_VIDEO } from '../../../test/ffmpeg.ts'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { MediaPort } from './media-port.ts'
import { payloadTypesOf } from './payload-types.ts'
import { PsReceiver } from './ps-receiver.ts'

const HOST = '127.0.0.1'
const run = promisify(execFile)

/** `whole`: pictures, or samples. */
const SOURCES: readonly [encoding: string, codec: string, whole: number, args: string[]][] = [
  ['H264', 'h264', 35, [...TEST_VIDEO, '-c:v', 'libx264', '-bf', '0', '-g', '10']],
  ['H265', 'h265', 35, [...TEST_VIDEO, '-c:v', 'libx265', '-x265-params', 'log-level=none:bframes=0:repeat-headers=1']],
  ['PCMA', 'pcma', 11_200, [...TEST_AUDIO, '-c:a', 'pcm_alaw', '-ar', '8000', '-frame_size', '160']],
]

test.each(SOURCES)('ffmpeg sends %s', async (encoding, codec, whole, args) => {
  const port = new MediaPort({ clock: systemClock, timers: systemTimers, log: silentLog })
  const number = await port.listen(0, HOST)
  const frames: Frame[] = []
  const receiver = new PsReceiver({
    sink: { setTrack() {}, write: frame => frames.push(frame) },
    clock: systemClock,
    payloadTypes: payloadTypesOf(encoding === 'PCMA' ? [] : [{ payloadType: 96, encoding, clockRate: 90_000 }]),
    reorder: { timers: systemTimers, maxPackets: 256, maxDelayMs: 50 },
  })
  const reception = port.expect({
    ssrc: 0x1234,
    transport: 'udp',
    remoteAddress: HOST,
    onPacket: packet => receiver.push(packet),
  })
  const target = `rtp://${HOST}:${number}?rtcpport=${number}`
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-re', ...args, '-ssrc', String(0x1234), '-f', 'rtp', target])
  await vi.waitFor(() => {
    receiver.flush()
    const ours = frames.filter(({ track }) => track.codec === codec)
    expect(codec === 'pcma' ? ours.reduce((sum, { data }) => sum + data.length, 0) : ours.length).toBe(whole)
  })
  expect(receiver.counters).toMatchObject({ lost: 0, framesBroken: 0, framesSkipped: 0, invalid: 0 })
  expect(reception.observed).toMatchObject({ ssrc: 0x1234, wrongSsrc: false })
  await port.close()
})
