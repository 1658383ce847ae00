import { type Answer, type OperationName, type Request, type Sent, SightlineClient, sentBy } from '@sightline/client'
import { tokenPreference } from '../preferences.ts'
import { saveFile } from '../save-file.ts'

/** Longer than any query the platform answers; after it the user is told instead of kept waiting. */
const REQUEST_TIMEOUT_MS = 15_000
/** A recorder that starts a camera, or lists a day of files, takes its time. */
const DEVICE_TIMEOUT_MS = 60_000

/** The one way to the platform: the published client, with the token of who is logged in. Throws SightlineError. */
const clientWith = (timeoutMs: number) =>
  new SightlineClient({
    server: '',
    token: () => tokenPreference.get() || undefined,
    timeoutMs,
    fetch: async (input, init) => {
      const token = tokenPreference.get()
      const response = await fetch(input, init)
      // The session ended or was revoked: forgetting the token brings the login page, which leads back here.
      if (response.status === 401 && token !== '' && tokenPreference.get() === token) tokenPreference.set('')
      return response
    },
  })

export const client = clientWith(REQUEST_TIMEOUT_MS)

/** For what a device has to answer: the platform gives up earlier and says why. */
export const patientClient = clientWith(DEVICE_TIMEOUT_MS)

/** A request that can be sent, and shown before it is. */
export interface ApiCall<A = unknown> extends Sent {
  send(): Promise<A>
}

/** `api('kickStream', { path: { id }, body: {} })`: what a button does, and what 'Show API call' shows. */
export function api<O extends OperationName>(operation: O, ...request: Request<O>): ApiCall<Answer<O>> {
  return { ...sentBy(operation, ...request), send: () => client.call(operation, ...request) }
}

/** Fetches the file an operation made, and saves it. */
export async function download(operation: string, name: string): Promise<void> {
  const response = await client.open('getOperationFile', { path: { id: operation } })
  saveFile(name, await response.blob())
}

/** The same for what a device has to answer. */
export function deviceApi<O extends OperationName>(operation: O, ...request: Request<O>): ApiCall<Answer<O>> {
  return { ...sentBy(operation, ...request), send: () => patientClient.call(operation, ...request) }
}

/** The call as a shell command. The token is a placeholder: a copied command must not carry a session away. */
export function curlCommand({ method, path, body }: Sent, origin: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const lines = [`curl -X ${method} ${quote(`${origin}/api/v1${path}`)}`]
  lines.push(`-H 'Authorization: Bearer <token>'`)
  if (body !== undefined) lines.push(`-H 'Content-Type: application/json'`, `-d ${quote(JSON.stringify(body))}`)
  return lines.join(' \\\n  ')
}
