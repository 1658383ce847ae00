import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/device.ts'
import { errorResponses } from '../error-answers.ts'
import { requestHost } from '../request-host.ts'
import type { Services } from '../services.ts'
import type { AddressSettings } from '../url-contexts.ts'

/** What the standard has for registrations and keepalives (§9.1, §9.6), and what keeps a way through most NATs open. */
const REGISTER_EXPIRES_S = 3600
const KEEPALIVE_S = 60

export function gb28181Routes(app: App, services: Services, addresses: () => AddressSettings): void {
  const { gb28181, nodes, spaces } = services

  app.get(
    '/gb28181/server',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getGbServer',
        tags: ['devices'],
        summary: 'What to type into a camera so that it registers here',
        querystring: contract.ServerQuery,
        response: { 200: contract.GbServer, ...errorResponses },
      },
    },
    async request => {
      const caller = callerOf(request)
      const space = await spaces.get(caller, request.query.space)
      const settings = addresses()
      const sip = (await nodes.sip()) ?? settings.endpoints.sip ?? null
      const host = sip?.host ?? settings.publicHost ?? requestHost(request, settings.fallbackHost)
      return {
        serverId: sip?.id ?? '',
        domain: sip?.domain ?? '',
        host,
        port: sip?.port ?? null,
        tlsPort: sip?.tls ?? null,
        transports: sip === null ? [] : sip.tls === null ? ['udp', 'tcp'] : ['udp', 'tcp', 'tls'],
        space: space.name,
        admission: space.gb28181.admission,
        password: spaces.devicePassword(caller, space),
        passwordSet: space.gb28181.password !== null,
        registerExpiresS: REGISTER_EXPIRES_S,
        keepaliveS: KEEPALIVE_S,
      } satisfies ReturnType<typeof contract.GbServer.parse>
    },
  )

  app.get(
    '/gb28181/next-id',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'nextGbIds',
        tags: ['devices'],
        summary: 'Codes of 20 digits in the domain of this server that no device has; they are not reserved',
        querystring: contract.NextIdQuery,
        response: { 200: contract.NextIds, ...errorResponses },
      },
    },
    async request => {
      const { type, count } = request.query
      const kind = type === 'ipc' || type === 'nvr' || type === 'platform' ? type : Number(type)
      return { gbIds: await gb28181.devices.nextCodes(callerOf(request), kind, count) }
    },
  )
}
