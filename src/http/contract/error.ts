import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../../base/errors.ts'

const CODES = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]] // its own keys

/** Every answer with a status of 400 or above has this body. */
export const ErrorBody = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(CODES).describe('stable name, listed in docs/reference/errors.md'),
      message: z.string().describe('what happened, in English'),
      hint: z.string().optional().describe('what the caller can do about it'),
      field: z.string().optional().describe('path of the offending field, e.g. body.name'),
      details: z
        .record(z.string(), z.union([z.string(), z.number()]))
        .optional()
        .describe('of devices: what was found out (`verdict`) and the `attempt` that has all of it'),
      traceId: z.string().describe('the log has the details under this id; also in the x-trace-id header'),
    }),
  })
  .meta({ id: 'Error' })
export type ErrorBody = z.infer<typeof ErrorBody>
