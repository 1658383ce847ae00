import type { Attempt } from '../../lib/api/types.ts'

export type StepName = 'asked' | 'came' | 'challenged' | 'accepted' | 'answered' | 'parts' | 'packets' | 'picture'

export interface Step {
  readonly name: StepName
  /** missing: it ended here; open: it did not come that far. */
  readonly state: 'done' | 'missing' | 'open'
  /** Milliseconds after the start; null: not known, or not done. */
  readonly ms: number | null
  /** `SIP 403`, `12 of 140`; '' for nothing to add. */
  readonly status: number | null
  readonly parts: { readonly received: number; readonly expected: number | null } | null
}

type Tried = Pick<Attempt, 'kind' | 'ok' | 'figures' | 'messages'>

const WITH_PICTURE: ReadonlySet<string> = new Set(['play', 'playback', 'download'])
const IN_PARTS: ReadonlySet<string> = new Set(['catalog', 'query'])

/** What an attempt went through, in the order of time, up to where it ended. */
export function stepsOf(attempt: Tried): readonly Step[] {
  const names = namesOf(attempt)
  const done = names.map(name => attempt.ok || isDone(name, attempt))
  const end = done.indexOf(false)
  return names.map((name, i) => {
    const state = end < 0 || i < end ? 'done' : i === end ? 'missing' : 'open'
    return { name, state, ms: state === 'done' ? msOf(name, attempt) : null, ...detail(name, attempt, state) }
  })
}

function namesOf({ kind, figures, messages }: Tried): readonly StepName[] {
  if (kind === 'register') return ['came', 'challenged', 'accepted']
  const names: StepName[] = ['asked', 'answered']
  if (WITH_PICTURE.has(kind)) return [...names, 'packets', 'picture']
  if (kind === 'talk') return [...names, 'packets']
  // a call from above comes to us
  if (kind === 'cascade' && messages[0]?.direction === 'in') return ['asked', 'answered']
  if (IN_PARTS.has(kind) && typeof figures['received'] === 'number') return [...names, 'parts']
  return names
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)

/** What the question was answered with, by the messages where the figures do not say it. */
function statusOf({ figures, messages }: Tried): number | null {
  const said = numberOf(figures['status'])
  if (said !== null || figures['status'] === null) return said
  const line = messages.find(each => /^SIP\/2\.0 [2-6]/.test(each.line) && !/^SIP\/2\.0 40[17]/.test(each.line))?.line
  return line === undefined ? null : Number(line.slice(8, 11))
}

function isDone(name: StepName, attempt: Tried): boolean {
  const { figures } = attempt
  const status = statusOf(attempt)
  switch (name) {
    case 'asked':
      return figures['sent'] !== false
    case 'came':
      return true
    case 'challenged':
      return figures['wrongCredentials'] === 0 && status !== 401
    case 'accepted':
    case 'answered':
      return status !== null && status < 300
    case 'parts':
      return false // or it would have been well
    case 'packets':
      return (numberOf(figures['packets']) ?? 0) > 0
    case 'picture':
      return (numberOf(figures['keyframes']) ?? 0) > 0
  }
}

/** The figure that says it, else the message that does. */
function msOf(name: StepName, { figures, messages }: Tried): number | null {
  switch (name) {
    case 'asked':
    case 'came':
      return messages[0]?.ms ?? 0
    case 'challenged':
      return messages.find(({ line }) => /^SIP\/2\.0 40[17] /.test(line))?.ms ?? null
    case 'accepted':
    case 'answered':
      return numberOf(figures['answerMs']) ?? messages.find(({ line }) => /^SIP\/2\.0 2\d\d /.test(line))?.ms ?? null
    case 'packets':
      return numberOf(figures['firstPacketMs'])
    case 'picture':
      return numberOf(figures['firstKeyframeMs'])
    case 'parts':
      return messages.at(-1)?.ms ?? null
  }
}

function detail(name: StepName, attempt: Tried, state: Step['state']): Pick<Step, 'status' | 'parts'> {
  const { figures } = attempt
  const answered = name === 'answered' || name === 'accepted'
  const status = answered && state === 'missing' ? statusOf(attempt) : null
  const received = name === 'parts' ? numberOf(figures['received']) : null
  return { status, parts: received === null ? null : { received, expected: numberOf(figures['expected']) } }
}
