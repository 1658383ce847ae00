import { z } from 'zod'
import { GB_EVENTS } from './gb28181.ts'
import { RECORDING_EVENTS } from './recording.ts'
import { PublisherStatus, StreamPath, TraceId } from './status.ts'

const atMs = z.number().int().nonnegative()
const reason = z.string().max(512)
const remote = z.string().max(128)
const protocol = z.string().max(32)
const viewer = z.string().max(64)
const traceId = TraceId
/** The player's own words; absent where the node is older than it. */
const agent = z.string().max(256).optional()

/** What happened at a node and must reach the platform exactly once, in order, however long the link is down. */
export const NodeEvent = z.discriminatedUnion('type', [
  ...GB_EVENTS,
  ...RECORDING_EVENTS,
  /** First event of every start of the node process: whatever it had open before is over. */
  z.object({ type: z.literal('node.started'), version: z.string().max(64), atMs }),
  z.object({ type: z.literal('stream.started'), path: StreamPath, publisher: PublisherStatus, traceId, atMs }),
  z.object({
    type: z.literal('stream.stopped'),
    path: StreamPath,
    reason,
    traceId,
    atMs,
    totals: z.object({ bytesIn: z.number(), bytesOut: z.number(), framesIn: z.number(), durationMs: z.number() }),
  }),
  z.object({ type: z.literal('viewer.started'), viewer, path: StreamPath, protocol, remote, agent, traceId, atMs }),
  z.object({
    type: z.literal('viewer.stopped'),
    viewer,
    path: StreamPath,
    protocol,
    remote,
    /** Sent to this viewer. */
    bytes: z.number(),
    framesDropped: z.number().optional(),
    agent,
    durationMs: z.number(),
    reason,
    traceId,
    atMs,
  }),
  z.object({
    type: z.literal('refused'),
    action: z.enum(['publish', 'play']),
    path: z.string().max(2048),
    remote,
    reason,
    traceId,
    atMs,
  }),
])
export type NodeEvent = z.infer<typeof NodeEvent>

export type NodeEventType = NodeEvent['type']

/** An event as the outbox keeps it: numbers only grow and are never used twice within one outbox. */
export interface NumberedEvent {
  readonly number: number
  readonly event: NodeEvent
}
