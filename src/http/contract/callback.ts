import { z } from 'zod'
import { CALLBACK_EVENTS } from '../../platform/callbacks/announcement.ts'
import { PageQuery, sortBy, Time } from './page.ts'

const Event = z.enum(CALLBACK_EVENTS)
const Scope = z.enum(['all', 'space', 'template'])
const State = z.enum(['waiting', 'delivered', 'dead'])

const facts = {
  name: z.string().max(128).describe('for people'),
  url: z.string().min(1).max(2048).describe('http or https; events are sent there by POST as JSON'),
  events: z.array(Event).min(1).max(CALLBACK_EVENTS.length).describe('what is told'),
  scope: Scope.describe('which streams: all, those of a space, or those recorded by a template'),
  target: z.string().max(128).describe('name of the space or id of the template; empty for all'),
  aliSignature: z.boolean().describe('ALI-LIVE-TIMESTAMP and ALI-LIVE-SIGNATURE are sent too'),
  enabled: z.boolean().describe('false: what happens is not collected, what waits is not sent'),
}

export const Callback = z
  .object({
    id: z.string(),
    ...facts,
    createdAt: Time,
    waiting: z.number().describe('deliveries on their way'),
    delivered: z.number().describe('of the last three days'),
    dead: z.number().describe('deliveries that were given up; they can be sent again'),
  })
  .meta({ id: 'Callback' })
export type Callback = z.infer<typeof Callback>

export const NewCallback = Callback.extend({
  secret: z.string().describe('signs what is sent; shown only here'),
}).meta({ id: 'NewCallback' })

export const CreateCallback = z.strictObject({
  ...facts,
  name: facts.name.default(''),
  scope: Scope.default('all').describe('which streams: all, those of a space, or those recorded by a template'),
  target: facts.target.default(''),
  aliSignature: facts.aliSignature.default(false),
  enabled: facts.enabled.default(true),
})

export const CallbackChange = z
  .strictObject(facts)
  .partial()
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const CallbackTest = z
  .object({
    ok: z.boolean().describe('answered with 200 to 299'),
    status: z.number().nullable().describe('null: no answer'),
    error: z.string(),
    answer: z.string().describe('begin of the body'),
    durationMs: z.number(),
  })
  .meta({ id: 'CallbackTest' })

export const Delivery = z
  .object({
    id: z.string().describe('the same in every try, so that a receiver knows a repetition'),
    callbackId: z.string(),
    event: Event,
    object: z.string().describe('path of a stream, or id of a device; told in order for each'),
    state: State.describe('dead: given up after 15 tries in about eight hours'),
    attempts: z.number(),
    nextAt: Time.nullable().describe('next try; null when it is over'),
    createdAt: Time,
    finishedAt: Time.nullable(),
    lastStatus: z.number().nullable().describe('HTTP status of the last answer; null: none came'),
    lastError: z.string(),
    lastAnswer: z.string().describe('begin of the body of the last answer'),
    body: z.string().describe('JSON that is sent; a field `url` is added when it is'),
  })
  .meta({ id: 'Delivery' })
export type Delivery = z.infer<typeof Delivery>

export const DeliveryQuery = PageQuery.extend({
  state: State.optional(),
  event: Event.optional(),
  object: z.string().max(1300).optional(),
  sort: sortBy(['createdAt'], '-createdAt'),
})
