import type { DeviceControl } from '../protocols/gb28181/manscdp/device-control.ts'
import { parsePtzCommand } from '../protocols/gb28181/ptz-command.ts'

export interface CruiseTrack {
  readonly points: number[]
  /** Seconds at each point, and speed. */
  dwellS: number
  speed: number
}

/** Degrees a second at full speed. */
const PAN_DEGREES_S = 90
const TILT_DEGREES_S = 45
const ZOOM_TIMES_S = 4

/** A simulated camera: where it looks, and what it was told to remember. */
export class GbChannel {
  readonly id: string
  readonly name: string
  readonly presets = new Map<number, { readonly name: string; readonly at: readonly [number, number, number] }>()
  readonly cruises = new Map<number, CruiseTrack>()
  readonly switches = new Set<number>()
  recording = false
  guarded = false
  alarmed = false
  home = { enabled: false, resetTime: 0, presetIndex: 0 }
  /** Number of the cruise that runs. */
  cruising: number | null = null
  /** Keyframes asked for since the start. */
  keyframesAsked = 0
  #at: [number, number, number] = [0, 0, 1]
  #speed: readonly [number, number, number] = [0, 0, 0]
  #movedAtMs = 0

  constructor(id: string, name: string) {
    this.id = id
    this.name = name
  }

  /** Pan and tilt in degrees, zoom in times. */
  position(nowMs: number): { readonly pan: number; readonly tilt: number; readonly zoom: number } {
    this.#settle(nowMs)
    const [pan, tilt, zoom] = this.#at
    return { pan, tilt, zoom }
  }

  /** Takes an order; null when it is none of ours. */
  order(control: DeviceControl, nowMs: number): 'OK' | 'ERROR' | null {
    if (control.ptzCmd !== undefined) return this.#ptz(control.ptzCmd, control.ptzCmdParams?.presetName, nowMs)
    if (control.recordCmd) this.recording = control.recordCmd === 'Record'
    else if (control.guardCmd) this.guarded = control.guardCmd === 'SetGuard'
    else if (control.alarmCmd) this.alarmed = false
    else if (control.iFrameCmd || control.iFameCmd) this.keyframesAsked++
    else if (control.homePosition) {
      const { enabled, presetIndex = 0, resetTime = 0 } = control.homePosition
      this.home = { enabled, presetIndex, resetTime }
    } else if (control.ptzPreciseCtrl) {
      const { pan = 0, tilt = 0, zoom = 1 } = control.ptzPreciseCtrl
      this.#look([pan, tilt, zoom], nowMs)
    } else if (control.dragZoomIn) this.#look([this.#at[0], this.#at[1], Math.min(30, this.#at[2] * 2)], nowMs)
    else if (control.dragZoomOut) this.#look([this.#at[0], this.#at[1], Math.max(1, this.#at[2] / 2)], nowMs)
    else if (!control.teleBoot && control.formatSdCard === undefined && !control.targetTrack && !control.deviceUpgrade)
      return null
    return 'OK'
  }

  #ptz(hex: string, presetName: string | undefined, nowMs: number): 'OK' | 'ERROR' {
    const command = parsePtzCommand(hex)
    this.#settle(nowMs)
    switch (command.kind) {
      case 'move':
        this.cruising = null
        this.#speed = [
          (command.pan * command.panSpeed * PAN_DEGREES_S) / 255,
          (-command.tilt * command.tiltSpeed * TILT_DEGREES_S) / 255,
          (command.zoom * command.zoomSpeed * ZOOM_TIMES_S) / 15,
        ]
        break
      case 'presetSet':
        this.presets.set(command.preset, { name: presetName ?? `preset ${command.preset}`, at: [...this.#at] })
        break
      case 'presetCall': {
        const preset = this.presets.get(command.preset)
        if (!preset) return 'ERROR'
        this.#look(preset.at, nowMs)
        break
      }
      case 'presetDelete':
        this.presets.delete(command.preset)
        break
      case 'cruiseAddPoint':
        this.#cruise(command.cruise).points.push(command.preset)
        break
      case 'cruiseDeletePoint': {
        const track = this.#cruise(command.cruise)
        const at = track.points.indexOf(command.preset)
        if (at >= 0) track.points.splice(at, 1)
        break
      }
      case 'cruiseDelete':
        this.cruises.delete(command.cruise)
        break
      case 'cruiseDwell':
        this.#cruise(command.cruise).dwellS = command.seconds
        break
      case 'cruiseSpeed':
        this.#cruise(command.cruise).speed = command.speed
        break
      case 'cruiseStart':
        this.cruising = command.cruise
        break
      case 'auxOn':
        this.switches.add(command.number)
        break
      case 'auxOff':
        this.switches.delete(command.number)
        break
      default:
        break // lens and scans move nothing that is seen here
    }
    return 'OK'
  }

  #cruise(number: number): CruiseTrack {
    const track = this.cruises.get(number) ?? { points: [], dwellS: 5, speed: 5 }
    this.cruises.set(number, track)
    return track
  }

  #look(at: readonly [number, number, number], nowMs: number): void {
    this.#at = [...at]
    this.#speed = [0, 0, 0]
    this.#movedAtMs = nowMs
  }

  #settle(nowMs: number): void {
    const seconds = this.#movedAtMs === 0 ? 0 : (nowMs - this.#movedAtMs) / 1000
    this.#movedAtMs = nowMs
    const [pan, tilt, zoom] = this.#speed
    this.#at = [
      (((this.#at[0] + pan * seconds) % 360) + 360) % 360,
      Math.max(-30, Math.min(90, this.#at[1] + tilt * seconds)),
      Math.max(1, Math.min(30, this.#at[2] + zoom * seconds)),
    ]
  }
}
