import { z } from 'zod'

/** What may happen to a stream at a node, in the order of a stream's life. */
export const TRACE_STEPS = [
  'publish asked',
  'publish refused',
  'publish started',
  'first frame',
  'first keyframe',
  'timestamp jump',
  'discontinuity',
  'publisher kicked',
  'publish stopped',
  'viewer asked',
  'viewer refused',
  'viewer joined',
  'viewer kicked',
  'viewer left',
] as const

/** One thing that happened to a stream. */
export const TraceEntry = z.object({
  atMs: z.number().int().nonnegative(),
  step: z.enum(TRACE_STEPS),
  /** Of the request it belongs to; steps of the media have their publisher's. */
  traceId: z.string().max(64).optional(),
  /** Id of the publisher or viewer, once there is one. */
  who: z.string().max(64).optional(),
  protocol: z.string().max(32).optional(),
  remote: z.string().max(128).optional(),
  reason: z.string().max(512).optional(),
})
export type TraceEntry = z.infer<typeof TraceEntry>
