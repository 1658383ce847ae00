import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { SightlineClient } from '../../../clients/typescript/src/client.ts'
import { AppError } from '../../base/errors.ts'

const DEFAULT_SERVER = 'http://localhost:8000'

/** What a command needs to know of where it runs; tests bring their own. */
export interface CliEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Keeps the token between commands. */
  readonly loginFile: string
  readonly write: (text: string) => void
  /** Asks without showing what is typed. */
  readonly askSecret: (question: string) => Promise<string>
}

interface Login {
  readonly server: string
  readonly token: string
}

export function loginFileOf(variables: CliEnvironment['variables']): string {
  return join(variables['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'sightline', 'login.json')
}

/** What was said comes first, then the environment, then the last login. */
export function connectionOf(
  { loginFile, variables }: CliEnvironment,
  given: { server?: string | undefined; token?: string | undefined },
): { server: string; token: string | undefined; client: SightlineClient } {
  const login = readLogin(loginFile)
  const server = (given.server ?? variables['SIGHTLINE_SERVER'] ?? login?.server ?? DEFAULT_SERVER).replace(/\/+$/, '')
  if (!/^https?:\/\//.test(server)) throw new AppError('INVALID', { field: '--server', reason: `${server} is no URL` })
  // a token is only for the server it was made by
  const kept = login?.server === server ? login.token : undefined
  const token = given.token ?? variables['SIGHTLINE_TOKEN'] ?? variables['SIGHTLINE_API_KEY'] ?? kept
  return { server, token, client: new SightlineClient({ server, token }) }
}

/** Only the user himself may read it. */
export function saveLogin(file: string, login: Login | null): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, login === null ? '{}\n' : `${JSON.stringify(login)}\n`, { mode: 0o600 })
  chmodSync(file, 0o600) // the mode above is only for a file that was not there
}

function readLogin(file: string): Login | null {
  try {
    const { server, token } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Login>
    return typeof server === 'string' && typeof token === 'string' ? { server, token } : null
  } catch {
    return null // nobody logged in here, or the file is not ours
  }
}
