import { z } from 'zod'
import { Time } from './page.ts'

export const ForbidUntil = Time.nullable()
export const ForbidReason = z.string().max(256)

export const ForbidRequest = z.strictObject({
  until: ForbidUntil.default(null).describe('end; null: until it is resumed'),
  reason: ForbidReason.default('').describe('told to the publisher'),
})

export const ForbiddenStream = z
  .object({
    path: z.string().describe('space/app/name; the stream may have been deleted'),
    until: Time.nullable().describe('null: until it is resumed'),
    reason: z.string(),
    since: Time,
    by: z.string().describe('name of who did it'),
  })
  .meta({ id: 'ForbiddenStream' })
