import type { Binding, RecordingState, RecordTemplate, SnapshotTemplate } from '../../link/recording.ts'
import type { RecordingPlan } from '../recorder/recording-plan.ts'
import type { RetentionRules } from '../recorder/retention.ts'
import type { RecordingSettings } from '../recorder/segment.ts'
import type { WeekPlan } from '../recorder/week-plan.ts'
import { ANY_DISK, S3, sealedName } from './recording-stores.ts'

/** What of the node plans depend on. */
export interface RecordingSurroundings {
  /** Paths that are published now. */
  readonly live: Iterable<string>
  /** Whether a path belongs to this node: published or recorded here, or brought by one of its devices. */
  belongs(path: string): boolean
  /** Whether something can bring the path when it is wanted. */
  onDemand(path: string): boolean
  readonly hasS3: boolean
}

/** How a stream is recorded that has no template: nothing of it is deleted by itself. */
const PLAIN: Omit<RecordTemplate, 'id' | 'name' | 'objectName'> = {
  trigger: 'ondemand',
  format: 'fmp4',
  segmentS: 600,
  segmentBytes: null,
  overlapKeyframes: 0,
  preRecordS: 10,
  postRecordS: 30,
  retentionDays: null,
  retentionBytes: null,
  thinAfterDays: null,
  tierAfterDays: null,
  encrypt: false,
  snapshots: true,
}

export const NOTHING_DESIRED: RecordingState = {
  ...{ revision: -1, templates: [], snapshotTemplates: [], plans: [], bindings: [], manual: [] },
}

/** What the platform wants to be recorded, looked up by stream. */
export class DesiredRecording {
  readonly revision: number
  readonly #templates: ReadonlyMap<string, RecordTemplate>
  readonly #snapshotTemplates: ReadonlyMap<string, SnapshotTemplate>
  readonly #plans: ReadonlyMap<string, WeekPlan>
  readonly #bindings: ReadonlyMap<string, Binding>
  readonly #manual: ReadonlyMap<string, RecordingState['manual'][number]>

  constructor(state: RecordingState) {
    this.revision = state.revision
    this.#templates = new Map(state.templates.map(template => [template.id, template]))
    this.#snapshotTemplates = new Map(state.snapshotTemplates.map(template => [template.id, template]))
    this.#plans = new Map(state.plans.map(({ id, zone, week }) => [id, { zone, week }]))
    this.#bindings = new Map(
      state.bindings.map(binding => [keyOf(binding.kind, binding.scope, binding.target), binding]),
    )
    this.#manual = new Map(state.manual.map(manual => [manual.path, manual]))
  }

  template(id: string | null): RecordTemplate | null {
    return id === null ? null : (this.#templates.get(id) ?? null)
  }

  snapshotTemplate(id: string | null): SnapshotTemplate | null {
    return id === null ? null : (this.#snapshotTemplates.get(id) ?? null)
  }

  /** How long segments of a template live; those of none, and of one that was deleted, for ever. */
  retention(template: string | null): RetentionRules {
    const { retentionBytes, retentionDays, thinAfterDays, tierAfterDays } = this.template(template) ?? PLAIN
    return { days: retentionDays, bytes: retentionBytes, thinAfterDays, tierAfterDays }
  }

  /** Templates whose pictures go after some days. */
  *snapshotDays(): Iterable<{ readonly id: string; readonly days: number }> {
    for (const { id, retentionDays } of this.#snapshotTemplates.values()) {
      if (retentionDays !== null) yield { id, days: retentionDays }
    }
  }

  /** How pictures of a stream are taken; null: none. */
  snapshots(path: string): SnapshotTemplate | null {
    return this.snapshotTemplate(this.#binding('snapshot', path)?.template ?? null)
  }

  /** What the recorder shall do, for all streams that something is wanted of. */
  plans(around: RecordingSurroundings): RecordingPlan[] {
    const paths = new Set([...around.live, ...this.#manual.keys()])
    for (const { kind, scope, target } of this.#bindings.values()) {
      if (kind === 'record' && scope === 'stream') paths.add(target)
    }
    const live = new Set(around.live)
    return [...paths].flatMap(path => this.#plansOf(path, live.has(path), around))
  }

  /** How something that happened at a stream is kept: by the template bound to it, or plainly. */
  eventPlan(path: string, hasS3: boolean): RecordingPlan {
    const manual = this.#manual.get(path)?.template ?? null
    const template = this.template(manual ?? this.#binding('record', path)?.template ?? null)
    return planOf(path, 'event', template, null, false, hasS3)
  }

  #plansOf(path: string, live: boolean, around: RecordingSurroundings): RecordingPlan[] {
    const manual = this.#manual.get(path)
    if (manual?.on === false) return []
    const here = around.belongs(path)
    const { hasS3 } = around
    const binding = this.#binding('record', path)
    const bound = this.template(binding?.template ?? null)
    if (manual) {
      return [planOf(path, 'manual', this.template(manual.template) ?? bound, null, here, hasS3)]
    }
    if (!binding || !bound) return []
    const week = binding.plan === null ? null : (this.#plans.get(binding.plan) ?? null)
    const plans: RecordingPlan[] = []
    if (bound.trigger === 'auto') {
      // Without a plan it is recorded whenever it is there; what can be brought is brought for it.
      const own = binding.scope === 'stream'
      const expected = here && own && (week !== null || around.onDemand(path))
      if (live || expected) plans.push(planOf(path, week ? 'plan' : 'always', bound, week, expected, hasS3))
    }
    // Outside of it, what was before an event is kept in memory.
    if (live && bound.preRecordS > 0 && (bound.trigger === 'ondemand' || week)) {
      plans.push(planOf(path, 'event', bound, null, false, hasS3))
    }
    return plans
  }

  /** That of the stream goes over that of its space. */
  #binding(kind: Binding['kind'], path: string): Binding | null {
    const [space = ''] = path.split('/', 1)
    return this.#bindings.get(keyOf(kind, 'stream', path)) ?? this.#bindings.get(keyOf(kind, 'space', space)) ?? null
  }
}

function planOf(
  path: string,
  cause: RecordingPlan['cause'],
  template: RecordTemplate | null,
  week: WeekPlan | null,
  expected: boolean,
  hasS3: boolean,
): RecordingPlan {
  return { path, cause, template: template?.id ?? null, settings: settingsOf(template, hasS3), week, expected }
}

function settingsOf(template: RecordTemplate | null, hasS3: boolean): RecordingSettings {
  const how = template ?? PLAIN
  const { encrypt, format, overlapKeyframes, postRecordS, preRecordS, segmentBytes, segmentS, tierAfterDays } = how
  const store = tierAfterDays === 0 && hasS3 ? S3 : ANY_DISK
  return {
    store: encrypt ? sealedName(store) : store,
    copy: format === 'fmp4' || !template ? null : { format, objectName: template.objectName },
    segmentMs: segmentS * 1000,
    segmentBytes,
    overlapKeyframes,
    preRecordMs: preRecordS * 1000,
    postRecordMs: postRecordS * 1000,
    audioOnly: false,
  }
}

function keyOf(kind: Binding['kind'], scope: Binding['scope'], target: string): string {
  return `${kind} ${scope} ${target}`
}
