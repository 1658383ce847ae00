import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import type { Figures } from './figures.ts'
import type { Look } from './load/viewers-command.ts'
import { canPin, canPrioritise, fileLimit } from './process.ts'
import { BARE, type Scenario, type Target } from './scenarios.ts'

export interface Row {
  readonly server: string
  readonly version: string
  readonly figures: Figures
  readonly rounds: number
}

export interface Outcome {
  readonly scenario: Scenario
  readonly rows: readonly Row[]
  /** Servers that were asked for and could not run, with the reason. */
  readonly left: readonly string[]
}

type Format = (value: number) => string
const fixed =
  (digits: number, unit = ''): Format =>
  value =>
    value.toFixed(digits) + unit
const percent: Format = value => `${(value * 100).toFixed(1)} %`

const COLUMNS: readonly (readonly [keyof Figures, string, Format])[] = [
  ['cpuPerGbit', 'CPU-s/Gbit', fixed(4)],
  ['ratioToFlv', 'of HTTP-FLV', fixed(2, 'x')],
  ['core', 'core', percent],
  ['delivered', 'delivered', percent],
  ['gaps', 'frames lost', fixed(0)],
  ['delayMedianMs', 'delay', fixed(1, ' ms')],
  ['delayP99Ms', 'delay p99', fixed(1, ' ms')],
  ['eventLoopP99Ms', 'loop p99', fixed(1, ' ms')],
  ['rssMegabytes', 'RSS', fixed(0, ' MB')],
  ['pssMegabytes', 'PSS', fixed(0, ' MB')],
  ['firstStartSeconds', 'first start', fixed(2, ' s')],
  ['secondStartSeconds', 'second start', fixed(2, ' s')],
  ['loadCore', 'load core', percent],
]

function label(figure: keyof Figures): string {
  return COLUMNS.find(([key]) => key === figure)?.[1] ?? figure
}

function show(figure: keyof Figures, value: number): string {
  return (COLUMNS.find(([key]) => key === figure)?.[2] ?? String)(value)
}

function met(target: Target, figures: Figures): boolean {
  const value = figures[target.figure]
  if (value === null) return false
  return (
    (target.atMost === undefined || value <= target.atMost) && (target.atLeast === undefined || value >= target.atLeast)
  )
}

/** One line per target: wanted, reached, met or not. */
export function targetLines(outcome: Outcome): string[] {
  const ours = outcome.rows.find(row => row.server === 'Sightline')
  return outcome.scenario.targets.map(target => {
    const bound = target.atMost ?? target.atLeast ?? 0
    const value = ours?.figures[target.figure] ?? null
    const reached = value === null ? 'not measured' : show(target.figure, value)
    const sign = target.atMost === undefined ? '>=' : '<='
    return `${ours && met(target, ours.figures) ? 'met' : 'NOT MET'}: ${label(target.figure)} ${sign} ${show(target.figure, bound)}, reached ${reached}`
  })
}

/** How far above a sender that does nothing else we are. */
export function floorLine(outcome: Outcome): string[] {
  const cost = (name: string) => outcome.rows.find(row => row.server === name)?.figures.cpuPerGbit
  const ours = cost('Sightline')
  const bare = cost(BARE)
  return ours && bare ? [`Sightline costs ${(ours / bare).toFixed(2)}x of the bare sender`] : []
}

/** The peer's cost divided by ours. */
function ratio(row: Row, rows: readonly Row[]): string {
  const ours = rows.find(other => other.server === 'Sightline')?.figures.cpuPerGbit
  const theirs = row.figures.cpuPerGbit
  if (!ours || !theirs || row.server === 'Sightline') return ''
  return `${(theirs / ours).toFixed(1)}x`
}

/** Markdown, readable as it is. */
export function table(outcome: Outcome): string {
  const shown = COLUMNS.filter(([key]) => outcome.rows.some(row => row.figures[key] !== null))
  const withRatio = outcome.rows.some(row => ratio(row, outcome.rows) !== '')
  const head = ['server', ...shown.map(([, title]) => title), ...(withRatio ? ['cost to ours'] : [])]
  const body = outcome.rows.map(row => [
    row.server,
    ...shown.map(([key, , format]) => {
      const value = row.figures[key]
      return value === null ? '' : format(value)
    }),
    ...(withRatio ? [ratio(row, outcome.rows)] : []),
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...body.map(cells => cells[i]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  return [line(head), `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n')
}

function section(outcome: Outcome): string {
  const lines = [...targetLines(outcome), ...floorLine(outcome)].map(line => `- ${line}`)
  const left = outcome.left.map(reason => `- left out: ${reason}`)
  const notes = [...lines, ...left].join('\n')
  return `## ${outcome.scenario.title}\n\n\`./sightline bench ${outcome.scenario.id}\`, rounds: ${Math.max(0, ...outcome.rows.map(row => row.rounds))}\n\n${table(outcome)}\n${notes ? `\n${notes}\n` : ''}`
}

const LOOKS: Record<Look, string> = {
  woken: `Viewers are woken by what arrives and read it at once.`,
  paused: `The viewers' program looked at its sockets every 8 ms (every 1 ms while large reads come), so that a server pays for
sending and not for waking another core at each write: every server is cheaper than with viewers who read at once, and
the figures are not comparable with those of other load tools.`,
}

export function machine(): string {
  const cores = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${memory}, Linux ${release()}`
}

export function benchmarks(outcomes: readonly Outcome[], versions: ReadonlyMap<string, string>, look: Look): string {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  const missed = outcomes.flatMap(outcome =>
    targetLines(outcome)
      .filter(line => line.startsWith('NOT'))
      .map(line => `- ${outcome.scenario.title}: ${line.slice('NOT MET: '.length)}`),
  )
  return `# Benchmarks

Generated by \`npm run bench -- --all\`; do not edit. Every figure is the median of its rounds, servers taking turns.

- machine: ${machine()}
- date: ${new Date().toISOString().slice(0, 10)}, commit ${commit}
${[...versions].map(([name, version]) => `- ${name}: ${version}`).join('\n')}
- ${canPin() ? 'server on core 0; publisher, viewers and checks on core 1' : 'not pinned: server and load share the cores'}${canPrioritise() ? ', all at raised priority' : ''}; open files per process: ${fileLimit()}

How to read them: CPU-s/Gbit is user and system time of the server, kernel's sending included, per Gbit that
arrived at viewers. Delivered is what the viewers received of what was published to them, free of the write
window's edges. Frames lost is what a few viewers who look at every frame missed. Delay is from the publisher's write
to the whole frame at the player, over loopback. Sightline runs with authentication (signed play URLs), counters, GOP cache
and back-pressure on; peers run as their documentation sets them up.

${LOOKS[look]} Absolute figures moved by up to 2x between runs on a busy machine: compare within a table.

The bare sender is what is left of a Node.js server when everything but sending is taken away: it makes the stream itself,
asks nobody for a key, counts nothing, and writes one shared buffer per window to all viewers at once.

${missed.length === 0 ? 'All targets are met.' : `Targets not met:\n${missed.join('\n')}`}

${outcomes.map(section).join('\n')}`
}
