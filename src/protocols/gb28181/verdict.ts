import type { DeviceState } from './device-side/liveness.ts'
import type { MediaTransport } from './quirks.ts'

/** What was tried. */
export type AttemptKind =
  | 'register'
  | 'query'
  | 'catalog'
  | 'play'
  | 'playback'
  | 'download'
  | 'talk'
  | 'broadcast'
  | 'cascade'

/** What is known of the media when an attempt ends. */
export interface MediaFacts {
  /** RTP packets taken for this stream. */
  readonly packets: number
  readonly lost: number
  /** SSRC seen that is not the one agreed on; null when it was right or nothing came. */
  readonly otherSsrc: number | null
  /** Packets that were thrown away for their SSRC or address. */
  readonly refused: number
  /** TCP: whether there was a connection. Null for UDP. */
  readonly connected: boolean | null
  /** From the beginning of the attempt, milliseconds; null: none came. */
  readonly firstPacketMs: number | null
  readonly firstKeyframeMs: number | null
  /** Access units found. */
  readonly frames: number
  readonly keyframes: number
  /** Places where the program stream could not be read. */
  readonly unreadable: number
  /** Name of the video codec; null when none was recognised. */
  readonly codec: string | null
  /** Whether the one who asked can play it; null when nobody said. */
  readonly playable: boolean | null
}

/** Everything a verdict is made of. */
export interface AttemptFacts {
  readonly kind: AttemptKind
  /** Of the device when it began; null when it does not matter. */
  readonly deviceState: DeviceState | null
  /** Whether a request went out, or, for `register`, came in. */
  readonly sent: boolean
  /** Who asked stopped waiting. */
  readonly cancelled: boolean
  /** Final status of the decisive request; null when none came. */
  readonly status: number | null
  /** A provisional answer came. */
  readonly trying: boolean
  /** From the beginning to the first provisional answer and to the final one, milliseconds; null: none came. */
  readonly tryingMs: number | null
  readonly answerMs: number | null
  /** How many times credentials were asked for. */
  readonly challenges: number
  /** Answers to the challenges were wrong. */
  readonly wrongCredentials: number
  /** The device was heard from another address than the request went to. */
  readonly addressChanged: boolean
  /** The answer had no description that can be read. */
  readonly sdpUnreadable: boolean
  /** Where the answer says media come from, and where its signalling comes from, when they differ. */
  readonly mediaAddress: string | null
  readonly transport: MediaTransport | null
  readonly media: MediaFacts | null
  /** Of an answer in parts. */
  readonly parts: { readonly received: number; readonly expected: number | null } | null
  /** What its Response says; null when it says nothing. */
  readonly result: 'OK' | 'ERROR' | null
  /** The device ended it before anything was seen. */
  readonly endedByDevice: boolean
  /** Why we refused an upper platform; null: we did not. */
  readonly cascade: CascadeProblem | null
}

/**
 * Why an upper platform does not get what it asks for: it would go round in a circle, is not shared, cannot be brought,
 * cannot be sent as asked, is too much, or was asked from an address that is not the platform's.
 */
export type CascadeProblem = 'loop' | 'notShared' | 'source' | 'offer' | 'limit' | 'address'

export const NO_FACTS: Omit<AttemptFacts, 'kind'> = {
  deviceState: null,
  sent: false,
  cancelled: false,
  status: null,
  trying: false,
  tryingMs: null,
  answerMs: null,
  challenges: 0,
  wrongCredentials: 0,
  addressChanged: false,
  sdpUnreadable: false,
  mediaAddress: null,
  transport: null,
  media: null,
  parts: null,
  result: null,
  endedByDevice: false,
  cascade: null,
}

/** Keys of the console's texts; `advice` is the English one. `{name}` is replaced by the detail of that name. */
export const VERDICTS = {
  ok: 'works',
  cancelled: 'nobody waited for it any more; try again and wait for {kind}',
  deviceOffline: 'the device is {state}: check its power and network, and that it is registered here',
  wrongPassword: 'the password of the device is not the one set here: type it into the device again',
  unauthorizedLoop:
    'the device asks again and again without credentials we can use: set a password, and MD5 digest where it has a choice',
  notAdmitted: 'the device is not known here: approve it, or add it with this id',
  locked: 'the device is locked after wrong credentials: correct its password, then unlock it',
  noAnswer:
    'no answer: check the firewall for SIP both ways, and that the device uses the transport it registered with',
  natAddressChanged:
    'the device has moved to another address behind its NAT: choose TCP, or a shorter keepalive interval in the device',
  slowDevice: 'the device says it is trying and then nothing: it may be busy starting the camera; raise the time limit',
  busy: 'the device is busy: it has as many viewers as it can serve; stop one, or let viewers share this stream',
  notAcceptable: 'the device does not accept the offer: try another transport, or the main stream',
  channelNotFound: 'the device does not know the channel: read its catalog again',
  rejected4xx: 'the device refuses with {status}: its manual or log says why',
  rejected5xx: 'the device fails with {status}: restart it if that stays',
  redirected: 'the device was sent to another server ({status})',
  sdpUnreadable: 'the answer of the device has no description of media that can be read: send us the exchange',
  endedEarly:
    'the device ended the call before the first picture: it may be out of channels, or its camera has no signal',
  portBlocked:
    'the connection for media did not come about: open the media port for TCP on the way, or choose UDP or the other direction',
  answeredButNoPackets:
    'the device agreed and sends nothing that arrives: open the media port for UDP, check the public address of this server, or choose TCP',
  ssrcMismatch:
    'media come with SSRC {ssrc} instead of the one asked for and were refused: let streams be told apart by port or connection',
  psUnreadable:
    'packets arrive and are no program stream that can be read: set the device to PS, or look for loss ({lost} packets)',
  noKeyframe: 'video arrives without a keyframe: shorten the keyframe interval of the device, smart codecs off',
  codecNotPlayable:
    'the video is {codec}, which the player cannot decode: choose the sub stream, another player or transcoding',
  catalogShort: 'the device announced {expected} and sent {received}: set it to TCP, or read the catalog again',
  errorResult: 'the device understood and answers ERROR: it cannot do that, or not now',
  noCall: 'the device takes the order and does not call for audio: choose talk, or give the id of its audio output',
  noParts: 'the device took the question and never answered it',
  cascadeLoop:
    'the channel came from this platform, or the call has come through here before: share it along one way only',
  notShared: 'the channel is not shared with this platform: share it, and let the platform read the catalog again',
  sourceFailed: 'the stream could not be brought: look at the attempts of the channel itself',
  offerUnsuitable: 'the stream cannot be sent as the upper platform asks for it: its codec, or the offer, does not fit',
  cascadeLimit: 'the upper platform has as many calls as one may have: end some',
  foreignAddress:
    'the request says it is from the upper platform and came from another address: correct the host of the platform',
  upperSilent: 'the upper platform does not answer: check its address, port and transport, and the way there',
  upperRefused: 'the upper platform refuses us ({status}): check user, password, and our code there',
} as const

export type VerdictCode = keyof typeof VERDICTS

export interface Verdict {
  readonly code: VerdictCode
  readonly ok: boolean
  /** What to do, in English. */
  readonly advice: string
  readonly details: Readonly<Record<string, string | number>>
}

function verdict(code: VerdictCode, details: Verdict['details'] = {}): Verdict {
  const text: string = VERDICTS[code]
  const advice = text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? '?'))
  return { code, ok: code === 'ok', advice, details }
}

const WITH_MEDIA: ReadonlySet<AttemptKind> = new Set(['play', 'playback', 'download', 'talk'])

export const NO_MEDIA: MediaFacts = {
  packets: 0,
  lost: 0,
  otherSsrc: null,
  refused: 0,
  connected: null,
  firstPacketMs: null,
  firstKeyframeMs: null,
  frames: 0,
  keyframes: 0,
  unreadable: 0,
  codec: null,
  playable: null,
}

/** The one cause that explains an attempt best. Pure: the same facts give the same verdict. */
export function classify(facts: AttemptFacts): Verdict {
  if (facts.kind === 'register') return ofRegister(facts)
  if (facts.kind === 'cascade') return ofCascade(facts)
  if (facts.cancelled && facts.status === null) return verdict('cancelled', { kind: facts.kind })
  const status = facts.status
  if (!facts.sent) return verdict('deviceOffline', { state: facts.deviceState ?? 'off' })
  if (status === null || status === 408) return ofSilence(facts)
  if (status >= 300) return ofRefusal(status, facts)
  if (WITH_MEDIA.has(facts.kind)) return ofMedia(facts, facts.media ?? NO_MEDIA)
  return ofParts(facts)
}

function ofRegister(facts: AttemptFacts): Verdict {
  const { status } = facts
  if (facts.deviceState === 'failed') return verdict('locked')
  if (status !== null && status < 300) return verdict('ok')
  if (status !== null && status < 400) return verdict('redirected', { status })
  if (facts.wrongCredentials > 0) return verdict('wrongPassword')
  if (status === 403 || status === 404) return verdict('notAdmitted')
  if (status === 401 || facts.challenges > 1) return verdict('unauthorizedLoop')
  return status === null ? verdict('noAnswer') : ofRefusal(status, facts)
}

const PROBLEMS = {
  loop: 'cascadeLoop',
  notShared: 'notShared',
  source: 'sourceFailed',
  offer: 'offerUnsuitable',
  limit: 'cascadeLimit',
  address: 'foreignAddress',
} as const satisfies Record<CascadeProblem, VerdictCode>

/** Registering above, and calls from there. */
function ofCascade({ cancelled, cascade, media, status, transport }: AttemptFacts): Verdict {
  if (cascade && !cancelled) return verdict(PROBLEMS[cascade])
  if (cancelled) return verdict('cancelled', { kind: 'cascade' })
  if (media?.connected === false) return verdict('portBlocked', { transport: transport ?? 'tcp-active' })
  if (status === null || status === 408) return verdict('upperSilent')
  if (status === 401 || status === 403 || status === 407) return verdict('upperRefused', { status })
  if (status >= 500) return verdict('rejected5xx', { status })
  if (status >= 300) return verdict('rejected4xx', { status })
  return verdict('ok')
}

function ofSilence(facts: AttemptFacts): Verdict {
  if (facts.addressChanged) return verdict('natAddressChanged')
  if (facts.trying) return verdict('slowDevice')
  if (facts.deviceState === 'off' || facts.deviceState === 'failed') {
    return verdict('deviceOffline', { state: facts.deviceState })
  }
  return verdict('noAnswer')
}

function ofRefusal(status: number, facts: AttemptFacts): Verdict {
  if (status === 487 && facts.cancelled) return verdict('cancelled', { kind: facts.kind })
  if (status < 400) return verdict('redirected', { status })
  if (status === 401 || status === 407) return verdict('unauthorizedLoop')
  if (status === 404 || status === 604) return verdict('channelNotFound', { status })
  if (status === 486 || status === 600) return verdict('busy', { status })
  if (status === 488 || status === 606) return verdict('notAcceptable', { status })
  return status < 500 ? verdict('rejected4xx', { status }) : verdict('rejected5xx', { status })
}

function ofMedia(facts: AttemptFacts, media: MediaFacts): Verdict {
  if (media.keyframes > 0) {
    return media.playable === false ? verdict('codecNotPlayable', { codec: media.codec ?? '?' }) : verdict('ok')
  }
  if (media.packets === 0) {
    if (facts.cancelled) return verdict('cancelled', { kind: facts.kind })
    if (media.refused > 0 && media.otherSsrc !== null) return verdict('ssrcMismatch', { ssrc: media.otherSsrc })
    if (facts.sdpUnreadable) return verdict('sdpUnreadable')
    if (facts.endedByDevice) return verdict('endedEarly')
    if (media.connected === false) return verdict('portBlocked', { transport: facts.transport ?? 'tcp-passive' })
    const details: Record<string, string> = facts.mediaAddress === null ? {} : { mediaAddress: facts.mediaAddress }
    return verdict('answeredButNoPackets', details)
  }
  if (facts.kind === 'talk') return verdict('ok')
  // an audio source has frames and no keyframe
  if (media.frames > 0) return media.codec === null ? verdict('ok') : verdict('noKeyframe')
  return verdict('psUnreadable', { lost: media.lost, unreadable: media.unreadable })
}

function ofParts(facts: AttemptFacts): Verdict {
  const { parts } = facts
  if (facts.result === 'ERROR') return verdict('errorResult')
  if (parts === null) return verdict('ok')
  if (parts.expected !== null && parts.received < parts.expected) {
    return verdict('catalogShort', { expected: parts.expected, received: parts.received })
  }
  if (parts.expected !== null || parts.received > 0) return verdict('ok')
  return verdict(facts.kind === 'broadcast' ? 'noCall' : 'noParts')
}
