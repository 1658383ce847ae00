import { expect, test } from 'vitest'
import { type LadderMessage, type LadderRow, ladderRows } from './ladder-rows.ts'

const message = (ms: number, direction: 'in' | 'out', line: string, text = ''): LadderMessage => ({
  ms,
  direction,
  line,
  text: `${line}\r\n${text}`,
  local: '192.0.2.1:5060',
  remote: '192.0.2.9:5060',
  transport: 'udp',
})
const INVITE = 'INVITE sip:34020000001320000001@192.0.2.9 SIP/2.0'
const words = (row: LadderRow) =>
  row.kind === 'message' ? `${row.label} ${row.about}${row.again ? ' again' : ''}`.trim() : row.kind

test('a play with a retransmission, a silence, media before the BYE', () => {
  const rows = ladderRows(
    'play',
    [
      message(0, 'out', INVITE, 'CSeq: 1 INVITE\r\n\r\ns=Play\r\n'),
      message(500, 'out', INVITE, 'CSeq: 1 INVITE\r\n\r\ns=Play\r\n'),
      message(520, 'in', 'SIP/2.0 100 Trying', 'CSeq: 1 INVITE'),
      message(4000, 'in', 'SIP/2.0 200 OK', 'CSeq: 1 INVITE'),
      message(4010, 'out', 'ACK sip:a SIP/2.0', 'CSeq: 1 ACK'),
      message(12_000, 'out', 'BYE sip:a SIP/2.0', 'CSeq: 2 BYE'),
      message(12_030, 'in', 'SIP/2.0 200 OK', 'CSeq: 2 BYE'),
    ],
    { packets: 812, lost: 3, refused: 0, frames: 120, keyframes: 4, codec: 'h264' },
  )
  expect(rows.map(words)).toEqual([
    'INVITE Play',
    'INVITE Play again',
    '100 Trying INVITE',
    'pause',
    '200 OK INVITE',
    'ACK',
    'media',
    'pause',
    'BYE',
    '200 OK BYE',
  ])
  expect(rows.find(({ kind }) => kind === 'media')).toMatchObject({
    direction: 'in',
    media: { packets: 812, tone: 'good' },
  })
})

test('a register that is refused has tones and no media', () => {
  const rows = ladderRows(
    'register',
    [
      message(0, 'in', 'REGISTER sip:a SIP/2.0', 'CSeq: 1 REGISTER'),
      message(2, 'out', 'SIP/2.0 401 Unauthorized', 'CSeq: 1 REGISTER'),
      message(40, 'in', 'REGISTER sip:a SIP/2.0', 'CSeq: 2 REGISTER'),
      message(41, 'out', 'SIP/2.0 403 Forbidden', 'CSeq: 2 REGISTER'),
    ],
    { packets: null },
  )
  expect(rows.map(row => row.kind === 'message' && row.tone)).toEqual(['plain', 'asked', 'plain', 'bad'])
  expect(rows.every(row => row.kind === 'message' && !row.again)).toBe(true)
})

test('messages that were not kept stand in the middle; a command in the body is named', () => {
  const body = '<?xml version="1.0"?><Query><CmdType>Catalog</CmdType></Query>'
  const rows = ladderRows(
    'catalog',
    [
      message(0, 'out', 'MESSAGE sip:a SIP/2.0', `CSeq: 1 MESSAGE\r\n\r\n${body}`),
      message(5, 'in', 'SIP/2.0 200 OK', 'CSeq: 1 MESSAGE'),
    ],
    { skipped: 952 },
  )
  expect(rows.map(words)).toEqual(['MESSAGE Catalog', 'skipped', '200 OK MESSAGE'])
})

test('no packets are bad news too; of talk we send', () => {
  expect(ladderRows('play', [], { packets: 0, keyframes: 0 })[0]).toMatchObject({
    direction: 'in',
    media: { tone: 'bad' },
  })
  expect(ladderRows('talk', [], { packets: 100 })[0]).toMatchObject({ direction: 'out' })
})
