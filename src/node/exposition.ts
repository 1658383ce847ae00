/** Media type of the Prometheus text format. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface MetricFamily {
  /** In base units and ending with them; a counter ends with `_total`. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
}

export type Labels = Readonly<Record<string, string>>
export type Sample = readonly [labels: Labels, value: number]

/**
 * One family in the Prometheus text format 0.0.4; '' when it has no samples. Written by hand, because the counters
 * are counted elsewhere already, and because a page of a thousand streams must not hold the event loop.
 */
export function familyText({ name, type, help }: MetricFamily, samples: Iterable<Sample>): string {
  let lines = ''
  for (const [labels, value] of samples) lines += `${name}${labelText(labels)} ${value}\n`
  return lines === '' ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines}`
}

function labelText(labels: Labels): string {
  let text = ''
  for (const label in labels) text += `${text === '' ? '' : ','}${label}="${escaped(labels[label] ?? '')}"`
  return text === '' ? '' : `{${text}}`
}

function escaped(value: string): string {
  return /["\\\n]/.test(value) ? value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n') : value
}
