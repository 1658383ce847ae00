import { z } from 'zod'
import { MAX_LOG_LINES } from '../../base/log-tail.ts'
import { Time } from './page.ts'

export const Health = z
  .object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.number() })
  .meta({ id: 'Health' })
export type Health = z.infer<typeof Health>

const ConfigurationValue = z.object({
  key: z.string().describe('e.g. listen.rtmp'),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]).describe('secrets are shown as ***'),
  source: z.string().describe('default, the name of the file, or the environment variable'),
})

export const System = z
  .object({
    version: z.string(),
    uptimeSeconds: z.number(),
    runtime: z.string().describe('version of Node.js'),
    configuration: z.array(ConfigurationValue),
  })
  .meta({ id: 'System' })
export type System = z.infer<typeof System>

export const ReloadResult = z
  .object({
    changed: z.array(z.string()).describe('keys in force from now on'),
    needRestart: z.array(z.string()).describe('keys that changed in the file but need a restart'),
  })
  .meta({ id: 'ReloadResult' })
export type ReloadResult = z.infer<typeof ReloadResult>

export const LogQuery = z.strictObject({
  tail: z.coerce.number().int().min(1).max(MAX_LOG_LINES).default(200).describe('newest lines wanted'),
  nodeId: z.string().max(64).optional().describe('of this node; without it of the platform'),
})

export const LogLine = z
  .object({
    at: Time,
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    fields: z.string().describe('JSON of what varies, cut when it is long'),
  })
  .meta({ id: 'LogLine' })
