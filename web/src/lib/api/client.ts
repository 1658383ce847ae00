import { tokenPreference } from '../preferences.ts'

/** A request that did not give what was asked for: the platform said no (`status` > 0) or was not reached (0). */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly hint: string | null
  /** The input field the platform objects to. */
  readonly field: string | null
  readonly traceId: string | null
  readonly method: string
  readonly path: string

  constructor(call: ApiCall, status: number, body: Readonly<Record<string, unknown>>) {
    const text = (key: string) => (typeof body[key] === 'string' ? (body[key] as string) : null)
    super(text('message') ?? `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.code = text('code') ?? (status === 0 ? 'NETWORK' : `HTTP_${status}`)
    this.hint = text('hint')
    this.field = text('field')
    this.traceId = text('traceId')
    this.method = call.method
    this.path = call.path
  }
}

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** From `/api/v1` on, with query: '/streams?limit=200'. */
  readonly path: string
  readonly body?: unknown
}

/** Longer than any query the platform answers; after it the user is told instead of kept waiting. */
const REQUEST_TIMEOUT_MS = 15_000

function errorBody(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || !('error' in value)) return {}
  const { error } = value
  return typeof error === 'object' && error !== null ? { ...error } : {}
}

/** The one place that speaks HTTP to the platform. Answers the parsed body; undefined for 204. Throws ApiError. */
export async function request<T>(call: ApiCall, signal?: AbortSignal): Promise<T> {
  const token = tokenPreference.get()
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token !== '') headers['authorization'] = `Bearer ${token}`
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  let response: Response
  let body: unknown
  try {
    response = await fetch(`/api/v1${call.path}`, {
      method: call.method,
      headers,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
    const text = await response.text()
    body = text === '' ? undefined : parseJson(text)
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError(call, 0, { message: cause instanceof Error ? cause.message : String(cause) })
  }
  if (!response.ok) {
    // The session ended or was revoked: forgetting the token brings the login page, which leads back here.
    if (response.status === 401 && token !== '' && tokenPreference.get() === token) tokenPreference.set('')
    throw new ApiError(call, response.status, errorBody(body))
  }
  return body as T // the platform's response schemas guarantee the shape; it is the same contract
}

/** Fetches a file and hands it to the browser to save: a plain link could not send the token. Throws ApiError. */
export async function download(call: ApiCall, name: string): Promise<void> {
  const response = await fetch(`/api/v1${call.path}`, {
    method: call.method,
    headers: { authorization: `Bearer ${tokenPreference.get()}` },
  })
  if (!response.ok) throw new ApiError(call, response.status, errorBody(parseJson(await response.text())))
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a proxy's HTML page; the status says the rest
  }
}

/** `?a=1&b=2` of the given values; empty ones are left out. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== '') params.set(key, String(value))
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** The call as a shell command. The token is a placeholder: a copied command must not carry a session away. */
export function curlCommand(call: ApiCall, origin: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const lines = [`curl -X ${call.method} ${quote(`${origin}/api/v1${call.path}`)}`]
  lines.push(`-H 'Authorization: Bearer <token>'`)
  if (call.body !== undefined)
    lines.push(`-H 'Content-Type: application/json'`, `-d ${quote(JSON.stringify(call.body))}`)
  return lines.join(' \\\n  ')
}
