import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import type { DeviceSnapshot } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'

const Text = z.object({ value: z.string() })
const Channel = z.object({ device: z.string(), channel: z.string() })

/** What must outlive the process: who is registered, which calls are up, which channels each device has. */
export class GbStore {
  readonly #db: DatabaseSync
  readonly #putCall: StatementSync
  readonly #dropCall: StatementSync
  readonly #putChannel: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    db.exec(SCHEMA)
    this.#putCall = db.prepare('INSERT OR REPLACE INTO gb_calls VALUES (?, ?)')
    this.#dropCall = db.prepare('DELETE FROM gb_calls WHERE call_id = ?')
    this.#putChannel = db.prepare('INSERT OR IGNORE INTO gb_channels VALUES (?, ?)')
  }

  /** Before anything else happens in a call: a BYE may be owed from now on. */
  noteCall(callId: string, entry: CallJournalEntry | null): void {
    if (entry) this.#putCall.run(callId, JSON.stringify(entry))
    else this.#dropCall.run(callId)
  }

  /** Calls of before the restart. */
  calls(): CallJournalEntry[] {
    const rows = this.#db.prepare('SELECT entry AS value FROM gb_calls').all()
    return rows.map(row => JSON.parse(Text.parse(row).value) as CallJournalEntry) // written by noteCall
  }

  saveSessions(sessions: readonly DeviceSnapshot[]): void {
    const put = this.#db.prepare('INSERT INTO gb_sessions VALUES (?, ?)')
    this.#transaction(() => {
      this.#db.exec('DELETE FROM gb_sessions')
      for (const session of sessions) put.run(session.gbId, JSON.stringify(session))
    })
  }

  sessions(): DeviceSnapshot[] {
    const rows = this.#db.prepare('SELECT snapshot AS value FROM gb_sessions').all()
    return rows.map(row => JSON.parse(Text.parse(row).value) as DeviceSnapshot) // written by saveSessions
  }

  addChannels(device: string, channels: readonly string[]): void {
    this.#transaction(() => {
      for (const channel of channels) this.#putChannel.run(device, channel)
    })
  }

  /** With null all channels of the device. */
  dropChannels(device: string, channels: readonly string[] | null): void {
    if (channels === null) this.#db.prepare('DELETE FROM gb_channels WHERE device = ?').run(device)
    const drop = this.#db.prepare('DELETE FROM gb_channels WHERE device = ? AND channel = ?')
    this.#transaction(() => {
      for (const channel of channels ?? []) drop.run(device, channel)
    })
  }

  *channels(): Iterable<{ readonly device: string; readonly channel: string }> {
    for (const row of this.#db.prepare('SELECT device, channel FROM gb_channels').iterate()) yield Channel.parse(row)
  }

  #transaction(run: () => void): void {
    this.#db.exec('BEGIN')
    try {
      run()
      this.#db.exec('COMMIT')
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS gb_calls (
    call_id TEXT PRIMARY KEY, -- Call-ID of a dialog that may still be up at the device
    entry TEXT NOT NULL -- JSON of CallJournalEntry
  ) STRICT;
  CREATE TABLE IF NOT EXISTS gb_sessions (
    gb_id TEXT PRIMARY KEY, -- code of the registered device
    snapshot TEXT NOT NULL -- JSON of DeviceSnapshot
  ) STRICT;
  CREATE TABLE IF NOT EXISTS gb_channels (
    device TEXT NOT NULL, -- id of the device at the platform
    channel TEXT NOT NULL, -- code of the channel
    PRIMARY KEY (device, channel)
  ) STRICT, WITHOUT ROWID;`
