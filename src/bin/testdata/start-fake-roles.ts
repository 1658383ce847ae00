/** `sightline start` with fake roles. */
import { join } from 'node:path'
import { runStart } from '../start.ts'

await runStart({ program: join(import.meta.dirname, 'fake-role.ts') })
