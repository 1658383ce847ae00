import type { StoredAttempt } from './attempt-store.ts'

/** Letters between the two sides. */
const WIDTH = 56

/** The exchange as a ladder between us and the device, then what was found, then each message whole. */
export function ladder(attempt: StoredAttempt): string {
  const { kind, gbId, channel, startedAtMs, endedAtMs, ok, verdict, summary, advice, figures, messages } = attempt
  const head = [
    `${kind} ${gbId}${channel === null ? '' : ` channel ${channel}`}`,
    `${new Date(startedAtMs).toISOString()}, ${endedAtMs - startedAtMs} ms, ${ok ? 'worked' : 'failed'}: ${verdict}`,
    summary,
    ...(advice === '' ? [] : [`what to do: ${advice}`]),
  ]
  const steps = messages.map(({ ms, direction, line, remote, transport }) => {
    const time = `${ms.toFixed(0).padStart(7)} ms `
    const words = clip(line, WIDTH - 4)
    const dashes = '-'.repeat(WIDTH - words.length - 3)
    const arrow = direction === 'out' ? `${dashes} ${words} >` : `< ${words} ${dashes}`
    return `${time} |${arrow}|  ${transport} ${remote}`
  })
  const found = Object.entries(figures).map(([name, value]) => `  ${name}: ${value}`)
  const whole = messages.map(({ ms, direction, local, remote, transport, text }) =>
    [
      `#### ${ms.toFixed(0)} ms ${direction} ${transport} ${local} ${direction === 'out' ? '->' : '<-'} ${remote}`,
      text,
    ].join('\n'),
  )
  const sides = `${' '.repeat(11)}us${' '.repeat(WIDTH - 6)}device`
  return `${[...head, '', sides, ...steps, '', 'figures', ...found, '', ...whole].join('\n')}\n`
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`
}
