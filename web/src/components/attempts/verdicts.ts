/** Verdicts with a text of their own; the platform tells others in English. */
const VERDICTS = [
  'ok',
  'cancelled',
  'deviceOffline',
  'wrongPassword',
  'unauthorizedLoop',
  'notAdmitted',
  'locked',
  'noAnswer',
  'natAddressChanged',
  'slowDevice',
  'busy',
  'notAcceptable',
  'channelNotFound',
  'rejected4xx',
  'rejected5xx',
  'redirected',
  'sdpUnreadable',
  'endedEarly',
  'portBlocked',
  'answeredButNoPackets',
  'ssrcMismatch',
  'psUnreadable',
  'noKeyframe',
  'codecNotPlayable',
  'catalogShort',
  'errorResult',
  'noCall',
  'noParts',
] as const
export type KnownVerdict = (typeof VERDICTS)[number]

export const knownVerdict = (verdict: string): KnownVerdict | undefined => VERDICTS.find(each => each === verdict)
