import { expect, test } from 'vitest'
import {
  type MansRtspResponse,
  type PlaybackCommand,
  parseMansRtsp,
  parseMansRtspResponse,
  writeMansRtsp,
  writeMansRtspResponse,
} from './mansrtsp.ts'

const ROWS: readonly [string, PlaybackCommand][] = [
  ['PLAY MANSRTSP/1.0\r\nCSeq: 3\r\nRange: npt=now-\r\n\r\n', { method: 'resume' }],
  ['PLAY MANSRTSP/1.0\r\nCSeq: 3\r\nRange: npt=100-\r\n\r\n', { method: 'seek', seconds: 100 }],
  ['PLAY MANSRTSP/1.0\r\nCSeq: 3\r\nRange: npt=0.5-\r\n\r\n', { method: 'seek', seconds: 0.5 }],
  ['PLAY MANSRTSP/1.0\r\nCSeq: 3\r\nScale: 2.0\r\n\r\n', { method: 'scale', scale: 2 }],
  ['PLAY MANSRTSP/1.0\r\nCSeq: 3\r\nScale: 0.25\r\n\r\n', { method: 'scale', scale: 0.25 }],
  ['PLAY MANSRTSP/1.0\r\nCSeq: 3\r\nScale: -1.0\r\n\r\n', { method: 'scale', scale: -1 }],
  ['PAUSE MANSRTSP/1.0\r\nCSeq: 3\r\nPauseTime: now\r\n\r\n', { method: 'pause' }],
  ['TEARDOWN MANSRTSP/1.0\r\nCSeq: 3\r\n\r\n', { method: 'teardown' }],
]

test.each(ROWS)('%j', (text, command) => {
  expect(writeMansRtsp({ command, cseq: 3 })).toBe(text)
  expect(parseMansRtsp(text)).toEqual({ command, cseq: 3 })
  expect(parseMansRtsp(writeMansRtsp({ command, cseq: 3 }, 'RTSP/1.0'))).toEqual({ command, cseq: 3 })
})

test.each<[string, PlaybackCommand]>([
  ['PLAY RTSP/1.0\nCSeq:1\nRange: npt = 12.25 - \n', { method: 'seek', seconds: 12.25 }],
  ['PLAY rtsp://x/y RTSP/1.0\r\nScale: 4', { method: 'scale', scale: 4 }],
  ['play MANSRTSP/1.0\r\nscale: 0', { method: 'resume' }],
])('a client that writes %j', (text, command) => {
  expect(parseMansRtsp(text).command).toEqual(command)
})

test.each(['', 'PLAY', 'RECORD RTSP/1.0', `PLAY RTSP/1.0\r\n${'x'.repeat(5000)}`])('refused: %.20j', text => {
  expect(() => parseMansRtsp(text)).toThrow()
})

test('values that make no sense are not written', () => {
  expect(() => writeMansRtsp({ command: { method: 'scale', scale: 0 }, cseq: 1 })).toThrow()
  expect(() => writeMansRtsp({ command: { method: 'seek', seconds: -1 }, cseq: 1 })).toThrow()
})

test.each<[string, MansRtspResponse]>([
  ['MANSRTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n', { status: 200, cseq: 2, sequenceNumber: null, rtpTime: null }],
  [
    'MANSRTSP/1.0 200 OK\r\nCSeq: 2\r\nRTP-Info: seq=9;rtptime=77\r\n\r\n',
    { status: 200, cseq: 2, sequenceNumber: 9, rtpTime: 77 },
  ],
])('answer %j', (text, response) => {
  expect(writeMansRtspResponse(response)).toBe(text)
  expect(parseMansRtspResponse(text)).toEqual(response)
})

test('an empty answer is none', () => {
  expect(parseMansRtspResponse('')).toBeNull()
})
