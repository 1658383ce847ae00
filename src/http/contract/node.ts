import { z } from 'zod'
import { Time } from './page.ts'

const NodeLoad = z.object({
  cpu: z.number().describe('cores used by the node process, 1 is one full core'),
  memoryBytes: z.number().describe('resident set size'),
  eventLoopP99Ms: z.number().describe('99th percentile of the event-loop delay'),
})

export const Node = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.string(),
    state: z.enum(['on', 'lost']),
    lastSeenAt: Time,
    load: NodeLoad.nullable(),
    streams: z.number(),
    viewers: z.number(),
  })
  .meta({ id: 'Node' })
export type Node = z.infer<typeof Node>
