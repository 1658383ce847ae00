import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { newId } from '../base/id.ts'
import { DevicesState } from '../link/gb28181.ts'
import { SpacesState } from '../link/messages.ts'
import { RecordingState } from '../link/recording.ts'
import { openThreadedSqliteFile } from '../storage/sqlite-file.ts'

/** What the platform asks of a node, by topic; each is sent whole. */
const TOPICS = { spaces: SpacesState, devices: DevicesState, recording: RecordingState } as const
type Topic = keyof typeof TOPICS

/**
 * What a node must still know when it starts without its platform. One SQLite file, shared with the outbox.
 * Synchronous: reads happen at the start, writes when the platform changes something.
 */
export class NodeStore {
  readonly db: DatabaseSync
  readonly #get: StatementSync
  readonly #put: StatementSync

  constructor(file: string) {
    this.db = openThreadedSqliteFile(file)
    this.db.exec(SCHEMA)
    this.#get = this.db.prepare('SELECT value FROM facts WHERE name = ?')
    this.#put = this.db.prepare(
      'INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    )
  }

  /** The desired state the platform sent last; null before the first, or when this version cannot read it. */
  state<T extends Topic>(topic: T): z.infer<(typeof TOPICS)[T]> | null {
    const text = this.#fact(topic)
    if (text === null) return null
    const parsed = TOPICS[topic].safeParse(JSON.parse(text))
    return (parsed.data as z.infer<(typeof TOPICS)[T]>) ?? null // the schema is that of the topic
  }

  saveState<T extends Topic>(topic: T, state: z.infer<(typeof TOPICS)[T]>): void {
    this.#put.run(topic, JSON.stringify(state))
  }

  /** Names this file, and so the numbers of its outbox; a new file has a new one. */
  outboxId(nowMs: number): string {
    const known = this.#fact('outboxId')
    if (known !== null) return known
    const made = newId('ob', nowMs)
    this.#put.run('outboxId', made)
    return made
  }

  close(): void {
    if (this.db.isOpen) this.db.close()
  }

  #fact(name: string): string | null {
    return Fact.parse(this.#get.get(name))?.value ?? null
  }
}

const Fact = z.object({ value: z.string() }).optional()

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS facts (
    name TEXT PRIMARY KEY, -- 'outboxId', or the topic of a desired state
    value TEXT NOT NULL -- the id, or JSON of the state
  ) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- grows, never used twice
    minor INTEGER NOT NULL, -- 1: may be given up when the outbox is full
    body TEXT NOT NULL -- JSON of NodeEvent
  ) STRICT;
  CREATE INDEX IF NOT EXISTS outbox_minor ON outbox (number) WHERE minor = 1;`
