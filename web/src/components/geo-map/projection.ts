/** A place on earth, degrees WGS-84. */
export interface Place {
  readonly longitude: number
  readonly latitude: number
}

/** What of the world is shown: its centre in world units (0 to 1, Web Mercator), and how wide the world is, pixels. */
export interface View {
  readonly x: number
  readonly y: number
  readonly worldPx: number
}

/** Mercator runs to infinity at the poles; maps end here. */
const MAX_LATITUDE = 85.05
/** The whole world on a phone, and a few metres on a wide screen. */
const MIN_WORLD_PX = 256
const MAX_WORLD_PX = 256 * 2 ** 22
/** One place alone is shown with some streets around it. */
const CLOSE_WORLD_PX = 256 * 2 ** 15
const EARTH_M = 40_075_016.686

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))

export function toWorld({ longitude, latitude }: Place): { readonly x: number; readonly y: number } {
  const sine = Math.sin((clamp(latitude, -MAX_LATITUDE, MAX_LATITUDE) * Math.PI) / 180)
  return { x: longitude / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) }
}

export function toPlace(x: number, y: number): Place {
  const latitude = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI
  return { longitude: (x - 0.5) * 360, latitude }
}

/** Shows all places with some room around them. */
export function viewOf(places: readonly Place[], width: number, height: number): View {
  const points = places.map(toWorld)
  if (points.length === 0) return { x: 0.5, y: 0.5, worldPx: Math.max(MIN_WORLD_PX, width) }
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const [left, right, top, bottom] = [least(xs), most(xs), least(ys), most(ys)]
  const room = 0.8
  const fit = Math.min((width * room) / Math.max(right - left, 1e-12), (height * room) / Math.max(bottom - top, 1e-12))
  return { x: (left + right) / 2, y: (top + bottom) / 2, worldPx: clamp(fit, MIN_WORLD_PX, CLOSE_WORLD_PX) }
}

// A track has more points than a call takes arguments.
const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b))
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b))

export const movedBy = ({ x, y, worldPx }: View, dx: number, dy: number): View => ({
  x: clamp(x - dx / worldPx, 0, 1),
  y: clamp(y - dy / worldPx, 0, 1),
  worldPx,
})

/** What is under (`atX`, `atY`), pixels from the centre, stays there. */
export function zoomedBy(view: View, factor: number, atX = 0, atY = 0): View {
  const worldPx = clamp(view.worldPx * factor, MIN_WORLD_PX, MAX_WORLD_PX)
  const keep = 1 / view.worldPx - 1 / worldPx
  return { x: clamp(view.x + atX * keep, 0, 1), y: clamp(view.y + atY * keep, 0, 1), worldPx }
}

/** Degrees between lines, from rough to fine: halves of degrees, then minutes and seconds. */
const STEPS = [30, 20, 10, 5, 2, 1, 30 / 60, 10 / 60, 5 / 60, 2 / 60, 1 / 60, 30 / 3600, 10 / 3600, 5 / 3600, 2 / 3600]
/** Lines closer than this crowd their labels. */
const LINE_PX = 110

export interface Line {
  readonly degrees: number
  /** Pixels from the left or the top. */
  readonly at: number
}

/** The lines of longitude and latitude in view. */
export function graticule(view: View, width: number, height: number) {
  const degreePx = view.worldPx / 360
  const step = STEPS.findLast(each => each * degreePx >= LINE_PX) ?? 30
  const west = toPlace(view.x - width / 2 / view.worldPx, view.y).longitude
  const east = toPlace(view.x + width / 2 / view.worldPx, view.y).longitude
  const north = toPlace(view.x, view.y - height / 2 / view.worldPx).latitude
  const south = toPlace(view.x, view.y + height / 2 / view.worldPx).latitude
  const between = (from: number, to: number) =>
    Array.from({ length: Math.max(0, Math.floor(to / step) - Math.ceil(from / step) + 1) }, (_, i) =>
      Number(((Math.ceil(from / step) + i) * step).toFixed(9)),
    )
  const meridians = between(Math.max(-180, west), Math.min(180, east)).map(
    (degrees): Line => ({ degrees, at: onScreen({ longitude: degrees, latitude: 0 }, view, width, height).x }),
  )
  const parallels = between(Math.max(-MAX_LATITUDE, south), Math.min(MAX_LATITUDE, north)).map(
    (degrees): Line => ({ degrees, at: onScreen({ longitude: 0, latitude: degrees }, view, width, height).y }),
  )
  return { meridians, parallels }
}

export function onScreen(place: Place, view: View, width: number, height: number) {
  const { x, y } = toWorld(place)
  return { x: (x - view.x) * view.worldPx + width / 2, y: (y - view.y) * view.worldPx + height / 2 }
}

/** A round length on the ground and how long it is here, pixels. */
export function scaleBar(view: View, maxPx: number): { readonly metres: number; readonly px: number } {
  const perPx = (EARTH_M * Math.cos((toPlace(view.x, view.y).latitude * Math.PI) / 180)) / view.worldPx
  const power = 10 ** Math.floor(Math.log10(perPx * maxPx))
  const metres = [5, 2, 1].map(each => each * power).find(each => each <= perPx * maxPx) ?? power
  return { metres, px: metres / perPx }
}

/** `31°12′05″`, as fine as the step between lines asks for. */
export function degreesText(degrees: number, [positive, negative]: readonly [string, string]): string {
  const seconds = Math.round(Math.abs(degrees) * 3600)
  const [whole, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const parts = [`${whole}°`]
  if (minutes > 0 || rest > 0) parts.push(`${String(minutes).padStart(2, '0')}′`)
  if (rest > 0) parts.push(`${String(rest).padStart(2, '0')}″`)
  return `${parts.join('')}${seconds === 0 ? '' : degrees > 0 ? positive : negative}`
}

/** As it is written into forms: five digits are a metre. */
export const placeText = ({ longitude, latitude }: Place): string => `${longitude.toFixed(5)}, ${latitude.toFixed(5)}`
