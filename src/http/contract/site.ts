import { z } from 'zod'

const name = z.string().trim().min(1).max(60).describe('what people call this installation')
const address = z
  .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
  .max(300)
  .nullable()
  .describe('of the official site; null: none is shown')
const phone = z
  .string()
  .trim()
  .regex(/^\+?[0-9][0-9 ()./,#*-]{1,38}$/, 'digits, blanks and + - ( ) . / , # *')
  .nullable()
  .describe('telephone number of the service; null: none is shown')

export const Site = z
  .object({
    mark: z.string().describe('names this installation among all others; made at the first start, never changed'),
    name: z.string(),
    address: z.string().nullable(),
    phone: z.string().nullable(),
  })
  .meta({ id: 'Site' })

export const SiteChange = z
  .strictObject({ name, address, phone })
  .partial()
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')
