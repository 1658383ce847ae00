import { z } from 'zod'
import { Time } from './page.ts'

export const Space = z
  .object({
    name: z.string(),
    publish: z.enum(['key', 'open']).describe('key: publishers need the push key; open: anybody may publish'),
    play: z.enum(['signed', 'open']).describe('signed: viewers need a signed URL; open: anybody may watch'),
    latency: z.enum(['low', 'normal']).describe('ceiling of the write window'),
    gopCache: z.boolean().describe('a new viewer gets the newest GOP at once'),
    createdAt: Time,
  })
  .meta({ id: 'Space' })
export type Space = z.infer<typeof Space>

export const SpaceChange = z
  .strictObject({
    publish: z.enum(['key', 'open']).optional(),
    play: z.enum(['signed', 'open']).optional(),
    latency: z.enum(['low', 'normal']).optional(),
    gopCache: z.boolean().optional(),
  })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')
