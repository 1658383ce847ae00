import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { GbDevice } from '../../src/simulator/gb-device.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { FlvTags, isConfiguration, isKeyframe } from '../flv-tags.ts'
import { LightCameras, LightDevice } from '../gb28181/light-device.ts'
import { makeScript } from '../gb28181/media-script.ts'
import { monotonicNs } from '../stamp.ts'

/**
 * Simulated GB/T 28181 devices of one process, and viewers of their channels.
 *
 *   gb-devices.ts '<DevicesJob as JSON>'
 *
 * stdout: {"event":"prepared"} once media are made, {"event":"on"} when all are registered; then one line for each
 * command on stdin:
 *   {"do":"again","seconds":60}   all register anew, spread over the time
 *   {"do":"counts"}
 *   {"do":"pause"}, {"do":"resume"}  of all media
 *   {"do":"watch","urls":[[channel, URL], ...]}  one after the other until its first picture
 *   {"do":"view","urls":[...]}    all, until the end
 */
export interface DevicesJob {
  readonly serverId: string
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  readonly devices: number
  readonly channels: number
  readonly firstId: string
  readonly password: string
  readonly keepaliveS: number
  /** Media each channel has; 0: it is never invited. */
  readonly mediaSeconds: number
}

/** How long a first picture may take. */
const PICTURE_MS = 10_000

type Command =
  | { readonly do: 'again'; readonly seconds: number }
  | { readonly do: 'counts' }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'watch'; readonly urls: readonly (readonly [string, string])[] }
  | { readonly do: 'view'; readonly urls: readonly string[] }

const job = JSON.parse(process.argv[2] ?? '{}') as DevicesJob
const say = (event: string, more: object = {}) => console.log(JSON.stringify({ event, ...more }))

const cameras = job.mediaSeconds > 0 ? new LightCameras(await makeScript(job.mediaSeconds)) : null
say('prepared', { bitrateKbps: cameras?.script.bitrateKbps ?? 0 })

const beganMs = performance.now()
const on = new Set<string>()
let allOn = false
let registrations = 0
let failures = 0
let messages = 0
const upper = { serverId: job.serverId, domain: job.serverId.slice(0, 10), host: job.host, port: job.port }
const { channels, devices, firstId, keepaliveS, password } = job
const fleet = new GbFleet({
  upper: { ...upper, transport: job.transport },
  ...{ channels, devices, firstId, keepaliveS, password },
  clip: { tracks: [], frames: [], periodMs: 1000, picture: Buffer.alloc(0) },
  ...{ faults: new Set(), localHost: job.host, clock: systemClock, timers: systemTimers, log: silentLog },
  retryMs: [1000, 2000],
  makeDevice: options => (cameras ? new LightDevice(options, cameras) : new GbDevice(options)),
  tap: ({ message }) => {
    if (message) messages++
  },
  onState: (id, state, reason) => {
    if (state === 'on') {
      registrations++
      on.add(id)
      if (on.size < devices || allOn) return
      allOn = true
      say('on', { seconds: (performance.now() - beganMs) / 1000 })
    } else if (state !== 'registering') {
      if (reason !== 'again') failures++
      on.delete(id)
    }
  },
})

function counts() {
  const { user, system } = process.cpuUsage()
  const cpuSeconds = (user + system) / 1e6
  return { on: on.size, registrations, failures, messages, cpuSeconds, ...cameras?.counts }
}

/** All register anew, evenly over the time. */
async function again(seconds: number): Promise<void> {
  const began = performance.now()
  for (const [index, device] of fleet.devices.entries()) {
    const waitMs = began + (index * seconds * 1000) / devices - performance.now()
    if (waitMs > 1) await new Promise(resolve => setTimeout(resolve, waitMs))
    device.side.registration.again('again')
  }
}

/** Opens an HTTP-FLV URL; `onPicture` once. Returns how to end it. */
function view(url: string, onPicture: () => void): () => void {
  let seen = false
  const tags = new FlvTags(tag => {
    if (seen || tag.type !== 9 || isConfiguration(tag) || !isKeyframe(tag)) return
    seen = true
    onPicture()
  })
  const request = get(url, response => {
    if (response.statusCode !== 200) say('error', { reason: `${url} answered ${response.statusCode}` })
    response.on('data', (piece: Buffer) => {
      if (!seen) tags.push(piece)
    })
    response.on('error', () => {}) // ended by us
  })
  request.on('error', () => {}) // as above
  return () => request.destroy()
}

/** Milliseconds from the request, and from the first packet of a keyframe, to the picture at the viewer. */
async function firstPicture(channel: string, url: string) {
  const askedNs = monotonicNs()
  const seenNs = await new Promise<number | null>(resolve => {
    const end = view(url, () => done(monotonicNs()))
    const timer = setTimeout(() => done(null), PICTURE_MS)
    const done = (ns: number | null) => {
      clearTimeout(timer)
      end()
      resolve(ns)
    }
  })
  const sentNs = cameras?.firstSentNs.get(channel)
  if (seenNs === null || sentNs === undefined) return null
  return { fromRequestMs: (seenNs - askedNs) / 1e6, fromPacketMs: (seenNs - sentNs) / 1e6 }
}

async function watch(urls: readonly (readonly [string, string])[]): Promise<void> {
  const pictures = []
  for (const [channel, url] of urls) pictures.push(await firstPicture(channel, url))
  say('watched', { pictures: pictures.filter(picture => picture !== null), missing: pictures.includes(null) })
}

createInterface({ input: process.stdin }).on('line', line => {
  const command = JSON.parse(line) as Command
  if (command.do === 'again') void again(command.seconds).then(() => say('again'))
  else if (command.do === 'counts') say('counts', counts())
  else if (command.do === 'pause') cameras?.pause()
  else if (command.do === 'resume') cameras?.resume()
  else if (command.do === 'watch') void watch(command.urls)
  else {
    let left = command.urls.length
    for (const url of command.urls) view(url, () => --left === 0 && say('viewing'))
  }
})

// The parent is gone: nobody listens any more.
process.stdin.on('end', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))

await fleet.start()
