import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type Dialect, type DialectAdapter, SqliteAdapter, SqliteDialect } from 'kysely'

/** Compiled statements kept. The platform has fewer distinct queries than this; lists with filters vary a little. */
const MAX_STATEMENTS = 256

/** SQLite rolls schema changes back like any other (sqlite.org/lang_transaction.html), so a failed migration leaves nothing. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter()
  }
}

/** Kysely over `node:sqlite`. Kysely itself lets one transaction or query at a time onto the single connection. */
export function sqliteDialect(db: DatabaseSync): Dialect {
  const statements = new Map<string, StatementSync>()

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    const oldest = statements.keys().next()
    if (statements.size >= MAX_STATEMENTS && !oldest.done) statements.delete(oldest.value)
    statements.set(sql, statement)
    return statement
  }

  return new NodeSqliteDialect({
    database: {
      close: () => db.close(),
      prepare(sql) {
        const statement = prepare(sql)
        return {
          reader: statement.columns().length > 0,
          all: parameters => statement.all(...values(parameters)),
          run: parameters => statement.run(...values(parameters)),
          iterate: parameters => statement.iterate(...values(parameters)),
        }
      },
    },
  })
}

/** The query builder types what goes in by `Tables`, whose columns are strings, numbers and null only. */
function values(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[]
}
