import { expect, test } from 'vitest'
import type { PlayUrls } from '../../lib/api/types.ts'
import { steadyUrls } from './steady-urls.ts'

const urls = (name: string, expiresAt: string | null): PlayUrls => {
  const url = `http://h/live/${name}?expires=${expiresAt}`
  return { flv: url, wsFlv: url, hls: url, ts: url, rtmp: url, expiresAt }
}
const shown = urls('a', '2026-11-21T08:00:00.000Z')

test('URLs stay as shown while fresh ones are hardly newer', () => {
  expect(steadyUrls(shown, urls('a', '2026-11-21T08:00:01.000Z'))).toBe(shown)
  for (const fresh of [urls('a', '2026-11-21T08:11:00.000Z'), urls('b', '2026-11-21T08:00:01.000Z'), urls('a', null)])
    expect(steadyUrls(shown, fresh)).toBe(fresh)
})
