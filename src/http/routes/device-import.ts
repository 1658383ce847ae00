import { Readable } from 'node:stream'
import { z } from 'zod'
import { told } from '../../platform/operations/operation-service.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/device-import.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'

export function deviceImportRoutes(app: App, { gb28181: { imports } }: Services): void {
  app.post(
    '/devices/import',
    {
      config: { permission: 'devices.write' },
      bodyLimit: contract.MAX_IMPORT_BYTES,
      schema: {
        operationId: 'importDevices',
        tags: ['devices'],
        summary: 'Add many devices from a CSV or XLSX; takes what can be taken and reports on each row',
        description:
          'Columns: gbId, name, type, password, directory (names with slashes between), description, vendor, longitude, latitude, media, enabled, autoStart, params; also by their Chinese names. Only gbId is needed, as text. At most 5000 rows.',
        body: contract.ImportDevices,
        response: { 200: contract.ImportReport, ...errorResponses },
      },
    },
    async request => {
      const { space, csv, file = '', dryRun } = request.body
      const content = csv ?? Buffer.from(file, 'base64')
      const report = await imports.import(callerOf(request), { space, content, dryRun })
      const rows = report.map(({ error, ...row }) => ({
        ...row,
        ok: error === null,
        error: error && { ...told(error), field: textOrNull(error.details['field']) },
      }))
      const created = rows.filter(row => row.ok).length
      return { created, failed: rows.length - created, rows }
    },
  )

  app.get(
    '/devices/export',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'exportDevices',
        tags: ['devices'],
        summary: 'Devices as a CSV that can be imported again; without passwords',
        querystring: contract.ExportQuery,
        response: {
          200: { content: { 'text/csv': { schema: z.string().describe('UTF-8 with byte order mark') } } },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const lines = imports.export(callerOf(request), { space: request.query.space })
      void reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="devices.csv"')
      return reply.send(Readable.from(lines) as unknown as string) // a body is described by its text
    },
  )
}

function textOrNull(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value)
}
