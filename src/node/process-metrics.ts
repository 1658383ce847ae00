import { readdir, readFile, statfs } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { familyText, type MetricFamily } from './exposition.ts'

const START_TIME_SECONDS = performance.timeOrigin / 1000

/** Names of the Prometheus client libraries, so that dashboards for any process show this one too. */
export async function processMetrics(dataDirectory: string): Promise<string> {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  const [openFiles, maxFiles, disk] = await Promise.all([countOpenFiles(), maxOpenFiles(), diskOf(dataDirectory)])
  return [
    one('process_cpu_seconds_total', 'Processor time used', (user + system) / 1e6, 'counter'),
    one('process_resident_memory_bytes', 'Resident set size', rss),
    one('process_start_time_seconds', 'Unix time at which the process started', START_TIME_SECONDS),
    one('process_open_fds', 'Open file descriptors', openFiles),
    one('process_max_fds', 'Limit of open file descriptors', maxFiles),
    one('sightline_node_heap_used_bytes', 'JavaScript objects', heapUsed),
    one('sightline_node_buffer_bytes', 'Memory of buffers outside of the heap', external),
    one('sightline_node_data_size_bytes', 'Size of the file system with the data directory', disk?.size ?? null),
    one('sightline_node_data_free_bytes', 'Free space for us on that file system', disk?.free ?? null),
  ].join('')
}

/** A family of one sample; nothing where the system does not tell. */
export function one(name: string, help: string, value: number | null, type: MetricFamily['type'] = 'gauge'): string {
  return value === null ? '' : familyText({ name, type, help }, [[{}, value]])
}

async function countOpenFiles(): Promise<number | null> {
  try {
    return (await readdir('/proc/self/fd')).length
  } catch {
    return null // no /proc
  }
}

async function maxOpenFiles(): Promise<number | null> {
  try {
    const soft = /^Max open files +(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? null : Number(soft)
  } catch {
    return null // no /proc
  }
}

async function diskOf(directory: string): Promise<{ size: number; free: number } | null> {
  try {
    const { blocks, bavail, bsize } = await statfs(directory)
    return { size: blocks * bsize, free: bavail * bsize }
  } catch {
    return null // not made yet, or a system without statfs
  }
}
