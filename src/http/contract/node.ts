import { z } from 'zod'
import { PageQuery, sortBy, Time } from './page.ts'

const Network = z.object({ name: z.string(), receivedBytesPerSecond: z.number(), sentBytesPerSecond: z.number() })
const Disk = z.object({ name: z.string(), readBytesPerSecond: z.number(), writtenBytesPerSecond: z.number() })

const NodeLoad = z.object({
  cpu: z.number().describe('cores used by the node process, 1 is one full core'),
  memoryBytes: z.number().describe('resident set size'),
  eventLoopP99Ms: z.number().describe('99th percentile of the event-loop delay'),
  networks: z.array(Network).describe('of the machine, by all its processes: `stats.network`'),
  disks: z.array(Disk).describe('the same: `stats.disks`'),
})

export const Node = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.string(),
    state: z.enum(['on', 'lost']),
    draining: z.boolean().describe('takes no new publishers and viewers; who is there stays'),
    lastSeenAt: Time,
    load: NodeLoad.nullable(),
    streams: z.number(),
    viewers: z.number(),
  })
  .meta({ id: 'Node' })
export type Node = z.infer<typeof Node>

export const NodeQuery = PageQuery.extend({
  state: z.enum(['on', 'lost']).optional(),
  q: z.string().max(128).optional().describe('part of the name or id, case does not matter'),
  sort: sortBy(['name', 'lastSeenAt', 'streams', 'viewers'], 'name'),
})

export const NodeChange = z
  .strictObject({
    name: z.string().max(128).optional().describe("for people; empty: the node's own name"),
    draining: z.boolean().optional().describe('true: no new publishers and viewers'),
  })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')
