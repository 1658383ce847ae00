import pg from 'pg'
import { AppError, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { postgresError } from './postgres-error.ts'

/** Enough for the reads of one platform; PostgreSQL takes 100 connections by default and may serve others too. */
const MAX_CONNECTIONS = 10
/** Who waits for a connection behind so many others is told at once that there is none. */
const MAX_WAITING = 1000
/** Longest wait for a connection, new or busy. */
const CONNECT_TIMEOUT_MS = 5000
/** Longest wait for a lock of another process. */
const LOCK_TIMEOUT_MS = 10_000
/** Longest query; deleting a day of viewers takes seconds. */
const STATEMENT_TIMEOUT_MS = 30_000
/** The server ends a long query itself; a server that does not even answer that is gone. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000
/** A transaction whose process vanished without closing its socket keeps its locks for so long. */
const IDLE_TRANSACTION_TIMEOUT_MS = 30_000

export interface PostgresPoolOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string
  readonly log: Log
  /** For migrations: one connection, and no limit to how long a query takes. Its errors say where the server is. */
  readonly opening?: boolean
}

/** Connections to PostgreSQL, opened when needed: a server that was away is simply used again. */
export class PostgresPool {
  /** `PostgreSQL host:port/database`, without user and password. */
  readonly name: string
  readonly #pool: pg.Pool
  readonly #log: Log
  /** How errors name the database: callers of the API are not to learn where it is. */
  readonly #shownAs: string
  #lost = false

  constructor({ url, log, opening = false }: PostgresPoolOptions) {
    const timeouts = {
      lock_timeout: LOCK_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    }
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: POSTGRES_APPLICATION,
      max: opening ? 1 : MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: 0, // one at least stays, so that others can see that the database is in use
      keepAlive: true,
      ...(opening ? {} : timeouts),
      types: { getTypeParser: (oid: number) => PARSERS[oid] ?? asText },
    })
    this.#pool.on('error', () => {}) // an idle connection broke: the pool drops it, the next query tells
    this.#log = log
    this.name = postgresName(url)
    this.#shownAs = opening ? this.name : 'the database'
  }

  /** A connection for as long as `release` is not called. Throws DATABASE_UNAVAILABLE, DATABASE_REFUSED. */
  async reserve(): Promise<pg.PoolClient> {
    if (this.#pool.waitingCount >= MAX_WAITING) {
      throw new AppError('DATABASE_UNAVAILABLE', { database: this.#shownAs, reason: 'too many queries wait for it' })
    }
    const client = await this.#pool.connect().catch((error: unknown) => this.#failed(error))
    client.on('error', ignore) // the query that is under way rejects too
    return client
  }

  /** `broken`: in a state nobody knows, to be closed. */
  release(client: pg.PoolClient, broken: boolean): void {
    client.off('error', ignore)
    client.release(broken)
  }

  /** Throws AppError for what is not the query's fault. */
  async query(client: pg.PoolClient, sql: string, parameters?: unknown[]): Promise<pg.QueryResult> {
    const result = await client.query(sql, parameters).catch((error: unknown) => this.#failed(error))
    if (this.#lost) {
      this.#lost = false
      this.#log.info('database is back', { database: this.name })
    }
    return result
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  /** One line when the database is lost, however many queries fail. */
  #failed(cause: unknown): never {
    const error = postgresError(cause, this.#shownAs)
    if (error instanceof AppError && !this.#lost) {
      this.#lost = error.code === 'DATABASE_UNAVAILABLE' || error.code === 'DATABASE_REFUSED'
      this.#log.error('database failed', { database: this.name, error: errorText(error) })
    }
    throw error
  }
}

/** By this name a running platform is seen in `pg_stat_activity`. */
export const POSTGRES_APPLICATION = 'sightline'

/** Where the database is, for people. Throws CONFIG_INVALID for a URL that is none. */
function postgresName(url: string): string {
  try {
    const { host, port, database } = new pg.Client({ connectionString: url })
    return `PostgreSQL ${host}:${port}/${database ?? ''}`
  } catch (cause) {
    const details = {
      file: 'configuration',
      key: 'database',
      value: '***',
      allowed: 'postgres://user:password@host/name',
    }
    throw new AppError('CONFIG_INVALID', details, { cause })
  }
}

const ignore = () => {}

const asText = (text: string) => text

/**
 * OID (pg_type.dat) -> what SQLite would answer. Everything else stays text. Numbers are exact up to 2^53; `count` and
 * `sum` answer bigint and numeric.
 */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: text => (text === 't' ? 1 : 0), // bool
  20: Number, // int8
  21: Number, // int2
  23: Number, // int4
  700: Number, // float4
  701: Number, // float8
  1700: Number, // numeric
}
