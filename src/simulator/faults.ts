import { AppError } from '../base/errors.ts'

/** What a simulated device does wrong, by name; the words of `--fault`. */
export const FAULTS = {
  'lost-bye': 'does not hear BYE and goes on sending',
  'wrong-ssrc': 'sends another SSRC than it was asked for',
  'zero-ssrc': 'sends SSRC 0',
  'no-psm': 'sends no program stream map',
  'junk-crc': 'sends a wrong checksum in its program stream map',
  'wrong-g711-type': 'says G.711 mu-law and sends A-law',
  'zero-length-pes': 'leaves the length of video packets 0',
  'no-keyframe': 'sends no keyframes',
  'no-media': 'answers and sends nothing',
  loss: 'loses 2 % of its packets',
  reorder: 'sends packets in pairs the wrong way round',
  'tcp-dollar': 'frames TCP by $ and channel, as RTSP does',
  'split-catalog': 'sends one channel in each message',
  'duplicate-catalog': 'sends each part of the catalog twice',
  'shuffled-catalog': 'sends the parts of the catalog backwards',
  'short-catalog': 'leaves out the last channel it promised',
  'late-200': 'answers INVITE after six seconds',
  'silent-invite': 'does not answer INVITE',
  busy: 'answers INVITE with 486',
  'clock-off': 'has a clock two hours fast',
  'drop-register': 'does not refresh its registration',
  'no-keepalive': 'sends no keepalives',
  flap: 'goes and comes back every ten seconds',
  'wrong-password': 'registers with a wrong password',
  'ignore-speed': 'plays recordings at speed 1 whatever it is asked',
  'ignore-seek': 'plays recordings from the start whatever it is asked',
  'ignore-pause': 'does not pause recordings',
  'no-end': 'does not say when a recording is at its end',
  'no-reverse': 'refuses to play recordings backwards',
  'own-time': 'gives recordings at another speed timestamps of real time',
  'no-download': 'refuses downloads',
  'cut-records': 'tells 20 recordings at most and promises more',
  'short-snapshots': 'sends one picture less than it was asked for',
  'no-broadcast': 'refuses voice by broadcast',
  'no-call': 'takes a broadcast and never calls for audio',
  'no-talk': 'refuses voice by talk',
  'ps-voice': 'wants voice in a program stream',
} as const

export type Fault = keyof typeof FAULTS

/** `lost-bye,wrong-ssrc`. Throws AppError INVALID with the words there are. */
export function parseFaults(text: string): ReadonlySet<Fault> {
  const words = text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '')
  const unknown = words.find(word => !Object.hasOwn(FAULTS, word))
  if (unknown !== undefined)
    throw new AppError('INVALID', {
      field: '--fault',
      reason: `${unknown} is none of ${Object.keys(FAULTS).join(', ')}`,
    })
  return new Set(words as Fault[]) // each is a key of the table
}
