import { Counter, Gauge, type Registry } from 'prom-client'
import { AppError } from '../base/errors.ts'
import type { Services } from './services.ts'

type Labelled = readonly (readonly [Readonly<Record<string, string>>, number])[]

/** Series of recordings, alerts and callbacks; asked of the database when somebody looks. */
export function recordingMetrics(registry: Registry, { alerts, callbacks, storages }: Services): void {
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: string[], values: () => Promise<Labelled>) =>
    new Gauge({
      name: `sightline_platform_${name}`,
      help,
      labelNames,
      registers,
      async collect() {
        const found = await values().catch(away)
        if (!found) return
        this.reset()
        for (const [labels, value] of found) this.set(labels, value)
      },
    })
  const total = async () => {
    const { segments, segmentBytes, snapshots, snapshotBytes } = await storages.total()
    return {
      files: { recording: segments, snapshot: snapshots },
      bytes: { recording: segmentBytes, snapshot: snapshotBytes },
    }
  }
  gauge('stored_files', 'Recorded files and pictures in the index', ['kind'], async () =>
    by('kind', (await total()).files),
  )
  gauge('stored_bytes', 'Size of recorded files and pictures', ['kind'], async () => by('kind', (await total()).bytes))
  gauge('alerts', 'Alerts that are open; recording.missing counts streams with a gap now', ['kind'], async () =>
    by('kind', await alerts.countOpen()),
  )
  gauge('callback_deliveries', 'Deliveries to callbacks by what became of them', ['state'], async () =>
    by('state', await callbacks.counts()),
  )
  new Counter({
    name: 'sightline_platform_callback_requests_total',
    help: 'Requests to callbacks by what became of them; dead: given up',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset()
      for (const [result, value] of Object.entries(callbacks.totals)) this.inc({ result }, value)
    },
  })
}

function by(label: string, values: Readonly<Record<string, number>>): Labelled {
  return Object.entries(values).map(([name, value]) => [{ [label]: name }, value])
}

/** A database that is away takes nothing else of the page with it; the numbers stay as they were. */
function away(error: unknown): null {
  if (error instanceof AppError && error.fault === 'environment') return null
  throw error
}
