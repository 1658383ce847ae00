import type { Segment } from './segment.ts'

/** What a path stands for: `[name]` in a template, as SRS has them. */
interface Variables {
  readonly space: string
  readonly app: string
  readonly stream: string
}

/** Space, app and stream of `space/app/name`; an app may have several levels. */
function variablesOf(path: string): Variables {
  const levels = path.split('/')
  return { space: levels[0] ?? '', app: levels.slice(1, -1).join('/'), stream: levels.at(-1) ?? '' }
}

/** The playlist's file. */
export function playlistFile(template: string, path: string): string {
  return replaced(template, { ...variablesOf(path) })
}

/**
 * A segment's file. `[seq]` media sequence number, `[duration]` ms, `[timestamp]` ms since 1970 or, with the time floor,
 * the number of its time slot; `[2006]` year, `[01]` month, `[02]` day, `[15]` hour, `[04]` minute, `[05]` second and
 * `[999]` millisecond of its start, UTC. The extension is that of the container.
 */
export function segmentFile(template: string, path: string, segment: Segment): string {
  const time = new Date(segment.startedAtMs).toISOString()
  const file = replaced(template, {
    ...variablesOf(path),
    seq: String(segment.sequence),
    duration: String(segment.durationMs),
    timestamp: String(segment.slot ?? segment.startedAtMs),
    2006: time.slice(0, 4),
    '01': time.slice(5, 7),
    '02': time.slice(8, 10),
    15: time.slice(11, 13),
    '04': time.slice(14, 16),
    '05': time.slice(17, 19),
    999: time.slice(20, 23),
  })
  return file.replace(/\.ts$/, segment.name.slice(segment.name.lastIndexOf('.')))
}

function replaced(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(
    /\[(\w+)\]/g,
    (whole, name: string) => (name === 'vhost' ? values['space'] : values[name]) ?? whole,
  )
}
