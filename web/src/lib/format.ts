/** A number and its unit, apart, so that the unit can be set smaller. */
export interface Quantity {
  readonly value: string
  readonly unit: string
}

export const NOTHING: Quantity = { value: '–', unit: '' }

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function scaled(value: number, units: readonly string[]): Quantity {
  let at = 0
  let rest = Math.max(0, value)
  // 999.5 would print as 1000 of the smaller unit.
  while (rest >= 999.5 && at < units.length - 1) {
    rest /= 1000
    at++
  }
  return { value: at === 0 ? rest.toFixed(0) : digits(rest), unit: units[at] ?? '' }
}

/** Bits per second, decimal: 2 540 kbit/s is '2.54 Mbit/s'. */
export const bitrate = (kbps: number): Quantity => scaled(kbps, ['kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'])

/** Bytes, decimal (1 kB = 1000 B) as disks and networks count. */
export const bytes = (count: number): Quantity => scaled(count, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'])

/** Of 100, with so many digits that what is not all never reads as all: 99.98 %. */
export function percent(value: number): string {
  if (value <= 0 || value >= 100) return `${value <= 0 ? 0 : 100} %`
  const fine = Math.floor(value * 100) / 100
  return `${value >= 99 || value < 1 ? Math.max(0.01, fine).toFixed(2) : value.toFixed(1)} %`
}

/** Whole numbers with groups of three, apart by a narrow space that does not break. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f')

export const framesPerSecond = (fps: number): string => (fps >= 99.95 ? fps.toFixed(0) : fps.toFixed(1))

/** 'ms' under one second, then seconds. */
export function milliseconds(ms: number): Quantity {
  if (ms < 1000) return { value: Math.round(ms).toString(), unit: 'ms' }
  return { value: (ms / 1000).toFixed(ms < 10_000 ? 2 : 1), unit: 's' }
}

export const text = ({ value, unit }: Quantity): string => (unit === '' ? value : `${value} ${unit}`)

/** A clock for something that runs: 0:07, 12:34, 3:04:05, then '2d 03:04'. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => n.toString().padStart(2, '0')
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days}d ${two(hours)}:${two(minutes)}`
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`
  return `${minutes}:${two(seconds % 60)}`
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** Making one of these takes longer than using it a hundred times, and a table uses one for each row each second. */
function once<T>(make: (language: string) => T): (language: string) => T {
  const made = new Map<string, T>()
  return language => {
    const known = made.get(language) ?? make(language)
    made.set(language, known)
    return known
  }
}

const relativeFormat = once(language => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }))
const exactFormat = once(language => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }))
const momentFormat = once(
  language =>
    new Intl.DateTimeFormat(language, {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
)

/** '3 minutes ago', in the reader's language. Under two seconds is 'now'. */
export function ago(atMs: number, nowMs: number, language: string): string {
  const seconds = Math.max(0, (nowMs - atMs) / 1000)
  const format = relativeFormat(language)
  if (seconds < 2) return format.format(0, 'second')
  const [unit, size] = STEPS.find(([, size]) => seconds >= size) ?? ['second', 1]
  return format.format(-Math.floor(seconds / size), unit)
}

export const exactTime = (atMs: number, language: string): string => exactFormat(language).format(atMs)

/** Day and time of day to the second, in the browser's zone. */
export const moment = (atMs: number, language: string): string => momentFormat(language).format(atMs)

/** Address and port of a peer; an IPv4 peer of a dual-stack socket without the `::ffff:` in front. */
export const address = (remote: string): string => remote.replace(/^::ffff:/, '')

const CODEC_NAMES: Readonly<Record<string, string>> = {
  h264: 'H.264',
  h265: 'H.265',
  av1: 'AV1',
  aac: 'AAC',
  mp3: 'MP3',
  opus: 'Opus',
  pcma: 'G.711 A',
  pcmu: 'G.711 µ',
}

export const codecName = (codec: string): string => CODEC_NAMES[codec.toLowerCase()] ?? codec

const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  rtmp: 'RTMP',
  rtmps: 'RTMPS',
  'http-flv': 'HTTP-FLV',
  'ws-flv': 'WS-FLV',
  flv: 'HTTP-FLV',
  hls: 'HLS',
  'http-ts': 'HTTP-TS',
}

export const protocolName = (protocol: string): string =>
  PROTOCOL_NAMES[protocol.toLowerCase()] ?? protocol.toUpperCase()
