import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import type { CheckpointJob } from './checkpoints.ts'
import { threadedUrl } from './sqlite-file.ts'

/** The thread of `Checkpoints`. It ends with an error when a file cannot be read; a writer in the way is waited for. */
const { everyMs, files } = workerData as CheckpointJob // what it is started with
const checkpoints = files.map(file => {
  const db = new DatabaseSync(threadedUrl(file))
  db.exec('PRAGMA synchronous = NORMAL')
  return db.prepare('PRAGMA wal_checkpoint(PASSIVE)')
})

setInterval(() => {
  for (const checkpoint of checkpoints) checkpoint.get()
}, everyMs)
