import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { PoolClient, QueryResult as PostgresResult } from 'pg'
import { AppError } from '../base/errors.ts'
import { bindable } from './bindable.ts'
import type { PostgresPool } from './postgres-pool.ts'
import { Turns } from './turns.ts'

/**
 * Transactions take turns here as they do on SQLite, so that one that reads and then writes is right on both; this
 * lock, named by two numbers of ours, makes them take turns among several processes. Single queries do not wait.
 * Those that may run beside each other share the lock.
 */
const BEGIN = {
  alone: 'begin; select pg_advisory_xact_lock(1936287602, 1818455653)',
  beside: 'begin; select pg_advisory_xact_lock_shared(1936287602, 1818455653)',
} as const
type Manner = keyof typeof BEGIN

/** Transactions at once, in one process: of ten connections some are left for those that only read. */
const AT_ONCE: Readonly<Record<Manner, number>> = { alone: 1, beside: 5 }

const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** Kysely over `pg`. */
export function postgresDialect(pool: PostgresPool, manner: Manner = 'alone'): Dialect {
  return {
    createAdapter: () => new LockedByTransactionAdapter(),
    createDriver: () => new PooledDriver(pool, manner),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

/** Migrations run in a transaction, and that has the lock already. */
class LockedByTransactionAdapter extends PostgresAdapter implements DialectAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class PooledDriver implements Driver {
  readonly #pool: PostgresPool
  readonly #manner: Manner
  readonly #turns: Turns

  constructor(pool: PostgresPool, manner: Manner) {
    this.#pool = pool
    this.#manner = manner
    this.#turns = new Turns(AT_ONCE[manner])
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PooledConnection> {
    return new PooledConnection(this.#pool, this.#turns, BEGIN[this.#manner])
  }

  beginTransaction(connection: PooledConnection): Promise<void> {
    return connection.begin()
  }

  commitTransaction(connection: PooledConnection): Promise<void> {
    return connection.commit()
  }

  rollbackTransaction(connection: PooledConnection): Promise<void> {
    return connection.rollback()
  }

  async releaseConnection(): Promise<void> {}

  destroy(): Promise<void> {
    return this.#pool.end()
  }
}

interface OpenTransaction {
  readonly client: PoolClient
  readonly endTurn: () => void
}

/** Holds a connection of the pool only for the length of a query or of a transaction whose turn has come. */
class PooledConnection implements DatabaseConnection {
  readonly #pool: PostgresPool
  readonly #turns: Turns
  readonly #begin: string
  #transaction: OpenTransaction | null = null

  constructor(pool: PostgresPool, turns: Turns, begin: string) {
    this.#pool = pool
    this.#turns = turns
    this.#begin = begin
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const query = (client: PoolClient) => this.#pool.query(client, sql, parameters.map(bindable))
    const { command, rowCount, rows } = await (this.#transaction ? query(this.#transaction.client) : this.#once(query))
    return CHANGES.has(command) ? { numAffectedRows: BigInt(rowCount ?? 0), rows } : { rows }
  }

  /** All at once: lists are paged, so no answer is long. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query)
  }

  async begin(): Promise<void> {
    const endTurn = await this.#turns.take()
    try {
      const client = await this.#pool.reserve()
      this.#transaction = { client, endTurn }
    } catch (error) {
      endTurn()
      throw error
    }
    try {
      await this.#pool.query(this.#transaction.client, this.#begin)
    } catch (error) {
      this.#end(true)
      throw error
    }
  }

  /** When the connection breaks meanwhile nobody knows whether it was done: what is repeated has to be repeatable. */
  async commit(): Promise<void> {
    const result = await this.#inTransaction('commit')
    // PostgreSQL answers so when a query failed before and the failure was swallowed
    if (result?.command === 'ROLLBACK') throw new Error('a query of the transaction had failed, nothing was kept')
    this.#end(false)
  }

  /** A connection that cannot even be rolled back is closed: then the server does it. */
  async rollback(): Promise<void> {
    await this.#inTransaction('rollback').then(
      () => this.#end(false),
      () => this.#end(true),
    )
  }

  async #inTransaction(sql: string): Promise<PostgresResult | null> {
    return this.#transaction && this.#pool.query(this.#transaction.client, sql)
  }

  #end(broken: boolean): void {
    const transaction = this.#transaction
    if (!transaction) return
    this.#transaction = null
    this.#pool.release(transaction.client, broken)
    transaction.endTurn()
  }

  async #once<T>(query: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.reserve()
    try {
      const result = await query(client)
      this.#pool.release(client, false)
      return result
    } catch (error) {
      this.#pool.release(client, error instanceof AppError) // not the query's fault, so perhaps the connection's
      throw error
    }
  }
}
