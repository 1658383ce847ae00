import { z } from 'zod'
import { RECORD_FORMATS } from '../../link/recording.ts'
import { PageQuery, sortBy, Time } from './page.ts'

const Name = z.string().min(1).max(128)
const Notes = z.string().max(2000)
const Id = z.string().min(1).max(64)
const TemplateType = z.enum(['record', 'snapshot'])
const Trigger = z.enum(['auto', 'ondemand']).describe('auto: by itself; ondemand: only when somebody starts it')
/** A hundred years. */
const MAX_DAYS = 36_525
const Days = z.number().positive().max(MAX_DAYS)
const ObjectName = z.string().min(1).max(255)

const record = {
  trigger: Trigger,
  format: z
    .enum(RECORD_FORMATS)
    .describe('fmp4 plays and survives a crash as it is written; the others are made of it'),
  segmentS: z.number().int().min(2).max(86_400).describe('seconds of one file; it ends at the next keyframe'),
  segmentBytes: z.number().int().min(1_000_000).nullable().describe('bytes of one file, whichever comes first'),
  overlapKeyframes: z.number().int().min(0).max(3).describe('keyframes that two neighbouring files share'),
  preRecordS: z.number().int().min(0).max(300).describe('seconds kept before an event'),
  postRecordS: z.number().int().min(0).max(3600).describe('seconds kept after an event'),
  objectName: ObjectName.describe(
    'without extension: {Space} {AppName} {StreamName} {EscapedStartTime}, which are needed, {EscapedEndTime} {Date} {Hour} {Sequence}',
  ),
  retentionDays: Days.nullable().describe('then deleted; null: never'),
  retentionBytes: z
    .number()
    .int()
    .min(1_000_000)
    .nullable()
    .describe('of one stream; beyond it the oldest go; null: any'),
  thinAfterDays: Days.nullable().describe('then only keyframes are kept; null: never'),
  tierAfterDays: z.number().min(0).max(MAX_DAYS).nullable().describe('then moved to the object store; null: never'),
  encrypt: z.boolean().describe('encrypted at rest'),
  snapshots: z.boolean().describe('a picture at begin and end of each recording'),
}

const snapshot = {
  trigger: z
    .enum(['overwrite', 'sequence', 'ondemand'])
    .describe('overwrite: always the newest under one name; sequence: one after the other; ondemand: when asked for'),
  intervalS: z.number().int().min(1).max(86_400).describe('seconds from one picture to the next'),
  format: z.enum(['jpeg', 'webp']),
  quality: z.number().int().min(1).max(100),
  width: z.number().int().min(16).max(7680).nullable().describe('pixels; null: as the stream'),
  objectName: ObjectName.describe(
    'without extension: {Space} {AppName} {StreamName}, which are needed; {UnixTimestamp} or {Sequence} unless it is overwritten',
  ),
  retentionDays: Days.nullable().describe('then deleted; null: never'),
}

export const Template = z
  .object({
    id: z.string(),
    type: TemplateType,
    name: z.string(),
    notes: z.string(),
    createdAt: Time,
    bindings: z.number().describe('places it is in force at'),
    record: z.object(record).nullable().describe('null for a snapshot template'),
    snapshot: z.object(snapshot).nullable().describe('null for a record template'),
  })
  .meta({ id: 'Template' })
export type Template = z.infer<typeof Template>

const wish = {
  name: Name.describe('unique within its type'),
  notes: Notes.optional(),
  record: z.strictObject(record).partial().optional().describe('what is left out has a sensible value'),
  snapshot: z.strictObject(snapshot).partial().optional().describe('what is left out has a sensible value'),
}

export const CreateTemplate = z.strictObject({ type: TemplateType, ...wish })

export const TemplateChange = z
  .strictObject({ ...wish, name: Name.optional() })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const TemplateQuery = z.strictObject({ type: TemplateType.optional() })

const Scope = z.enum(['space', 'stream'])
const Target = z.string().min(1).max(1300).describe('name of the space, or space/app/name of the stream')

export const Binding = z
  .object({
    scope: Scope.describe('stream: goes over what its space says'),
    target: z.string().describe('name of the space, or space/app/name of the stream'),
    type: TemplateType,
    templateId: z.string().nullable().describe('null: nothing is done here, whatever the space says'),
    planId: z.string().nullable().describe('when to record; null: always'),
  })
  .meta({ id: 'Binding' })
export type Binding = z.infer<typeof Binding>

export const SetBinding = z.strictObject({
  scope: Scope,
  target: Target,
  type: TemplateType,
  templateId: Id.nullable().describe('null: nothing is done here, whatever the space says'),
  planId: Id.nullable().default(null),
})

/** Places of one request. */
const MAX_TARGETS = 500
const Targets = z
  .array(z.strictObject({ scope: Scope, target: Target }))
  .min(1)
  .max(MAX_TARGETS)

export const BindTemplate = z.strictObject({
  targets: Targets,
  planId: Id.nullable().default(null).describe('when to record; null: always'),
  replace: z.boolean().default(false).describe('also where another template of the type is bound'),
})

export const UnbindTemplates = z.strictObject({ type: TemplateType, targets: Targets })

export const BindingResult = z
  .object({
    scope: Scope,
    target: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).nullable().describe('null: done'),
  })
  .meta({ id: 'BindingResult' })

export const BindingQuery = PageQuery.extend({
  type: TemplateType.optional(),
  scope: Scope.optional(),
  space: z.string().max(128).optional(),
  template: Id.optional().describe('id of a template'),
  plan: Id.optional().describe('id of a plan'),
  sort: sortBy(['target'], 'target'),
})

export const TemplateBindingsQuery = PageQuery.extend({ sort: sortBy(['target'], 'target') })
