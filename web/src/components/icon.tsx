/** Line icons of one family: 24 px grid, 1.6 px strokes, round ends. Each is the `d` of one path. */
const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM14 4v3h6V4zM4 17v3h6v-3z',
  streams:
    'M12 12h.01M8.500 15.500a5 5 0 0 1 0-7M15.500 8.500a5 5 0 0 1 0 7M5.600 18.400a9 9 0 0 1 0-12.800M18.400 5.600a9 9 0 0 1 0 12.800',
  nodes: 'M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01M12 8h4M12 16h4',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400',
  moon: 'M20 14.500A8 8 0 1 1 9.500 4a6.500 6.500 0 0 0 10.500 10.500z',
  language:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.500 9.500h17M3.500 14.500h17M12 3c-5 5.500-5 12.500 0 18M12 3c5 5.500 5 12.500 0 18',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20a7.500 7.500 0 0 1 15 0',
  logout: 'M14 4H6v16h8M10 12h10M17 9l3 3-3 3',
  collapse: 'M4 5h16v14H4zM9.500 5v14M16 10l-2 2 2 2',
  expand: 'M4 5h16v14H4zM9.500 5v14M14 10l2 2-2 2',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  close: 'M6 6l12 12M18 6L6 18',
  alert: 'M12 4 2.800 20h18.400zM12 10v4.500M12 17.500h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.500h.01',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5M13.500 5l-3 14',
  kick: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.700 5.700l12.600 12.600',
  trash: 'M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13M10 11v5.500M14 11v5.500',
  eye: 'M2.500 12C5 7.500 8 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.500 6.500-9.500 6.500S5 16.500 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  play: 'M8 5.500v13l10.500-6.500z',
  pause: 'M8.500 5.500v13M15.500 5.500v13',
  mute: 'M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5',
  sound: 'M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11',
  fullscreen: 'M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5',
  pip: 'M3.500 5h17v14h-17zM12 12h6v4.500h-6z',
  refresh: 'M20 5v5h-5M4 19v-5h5M5.500 9.500A7 7 0 0 1 19 8l1 2M18.500 14.500A7 7 0 0 1 5 16l-1-2',
  dot: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  ring: 'M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9z',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.500l3.500 2',
  up: 'M7 14l5-5 5 5',
  down: 'M7 10l5 5 5-5',
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  users:
    'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500a6.500 6.500 0 0 1 13 0M16 4.800a3.500 3.500 0 0 1 0 6.400M18 13.800a6.500 6.500 0 0 1 3.500 5.700',
  key: 'M8 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM12.500 12H21M18 12v3.500M15 12v2.500',
  audit: 'M6 3.500h9l3.500 3.500v13.500H6zM9 11h6M9 14h6M9 17h4',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  forbid: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12h8',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2',
  edit: 'M4 20l1-4.500L16.500 4 20 7.500 8.500 19zM14 6.500l3.500 3.500',
  download: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M4.500 20h15',
  mic: 'M12 15a3.500 3.500 0 0 0 3.500-3.500v-5a3.500 3.500 0 0 0-7 0v5A3.500 3.500 0 0 0 12 15zM5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3',
  frame: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h6v6H9z',
  left: 'M14.500 6l-6 6 6 6',
  right: 'M9.500 6l6 6-6 6',
  folder: 'M3.500 6h6l2 2.500h9V19h-17z',
  upload: 'M12 15V4M7.500 8.500 12 4l4.500 4.500M4.500 20h15',
  space: 'M12 3.500 20 8v8l-8 4.500L4 16V8zM4 8l8 4.500L20 8M12 12.500V20.500',
  rewind: 'M4 12a8 8 0 1 0 2.500-5.800M4 4.500V9h4.500M12 8v4.500l3 2',
  camera: 'M3.500 8.500 14 5l2.500 6.500L6 15zM6 15v4.500M3.500 19.500H12V13M16 9.500l4-1.500',
  bell: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 2h-15zM10.500 21h3',
  automation: 'M4 4.500h6v5H4zM14 14.500h6v5h-6zM7 9.500V17h7M10 7h7v7.500',
  chart: 'M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6',
  disk: 'M4 13h16v6H4zM4 13l2.500-8h11L20 13M16.500 16h.01',
  cloud: 'M7 18.500a4 4 0 0 1-.500-7.970 6 6 0 0 1 11.500 1.470 3.300 3.300 0 0 1-.500 6.500z',
  record: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  stop: 'M7 7h10v10H7z',
  picture: 'M4 5h16v14H4zM4 16l4.500-4.500 4 4 3-3 4.500 4.500M15.500 9h.01',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  calendar: 'M4 6h16v14H4zM4 10.500h16M8.500 3.500V8M15.500 3.500V8',
  cut: 'M7 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM7 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM9 8.500l11 8M9 15.500l11-8',
  back: 'M18 6v12l-8-6zM7 6v12',
  forward: 'M6 6v12l8-6zM17 6v12',
  clockwise: 'M20 12a8 8 0 1 1-2.500-5.800M20 4.500V9h-4.500M12 8v4.500l-3 2',
} as const

export type IconName = keyof typeof PATHS

const FILLED: ReadonlySet<IconName> = new Set(['dot', 'play'])

/** Decoration beside a word; where there is no word, the button carries the label. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={FILLED.has(name) ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
