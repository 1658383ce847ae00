import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type DatabaseConnection, type Dialect, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely'
import { bindable } from './bindable.ts'
import { sqliteError } from './sqlite-error.ts'

/** Compiled statements kept. The platform has fewer distinct queries than this; lists with filters vary a little. */
const MAX_STATEMENTS = 256

/** SQLite rolls schema changes back like any other (sqlite.org/lang_transaction.html), so a failed migration leaves nothing. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class NodeSqliteDriver extends SqliteDriver {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    super({ database: compiling(db) })
    this.#db = db
  }

  /** A full disk makes SQLite roll back by itself; doing it again would hide the reason behind an error of its own. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#db.isTransaction) await super.rollbackTransaction(connection)
  }
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    super({ database: compiling(db) })
    this.#db = db
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter()
  }

  override createDriver(): SqliteDriver {
    return new NodeSqliteDriver(this.#db)
  }
}

/** Kysely over `node:sqlite`. Kysely itself lets one transaction or query at a time onto the single connection. */
export function sqliteDialect(db: DatabaseSync): Dialect {
  return new NodeSqliteDialect(db)
}

interface Compiled {
  readonly statement: StatementSync
  /** It answers rows. */
  readonly reader: boolean
}

/** What Kysely's driver takes: each statement is compiled once. */
function compiling(db: DatabaseSync) {
  const statements = new Map<string, Compiled>()

  function prepare(sql: string): Compiled {
    const known = statements.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    const compiled = { statement, reader: statement.columns().length > 0 }
    const oldest = statements.keys().next()
    if (statements.size >= MAX_STATEMENTS && !oldest.done) statements.delete(oldest.value)
    statements.set(sql, compiled)
    return compiled
  }

  return {
    close: () => db.close(),
    prepare(sql: string) {
      const { statement, reader } = attempt(() => prepare(sql))
      return {
        reader,
        all: (parameters: readonly unknown[]) => attempt(() => statement.all(...parameters.map(bindable))),
        run: (parameters: readonly unknown[]) => attempt(() => statement.run(...parameters.map(bindable))),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...parameters.map(bindable)),
      }
    },
  }
}

/** Errors are for callers of the API too, who are not to learn where the file is. */
function attempt<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw sqliteError(error, 'the database')
  }
}
