import { useState } from 'react'
import { Picture } from '../../components/picture.tsx'
import type { Stream } from '../../lib/api/types.ts'

/** The picture of a row may be that old. */
const FRESH_MS = 60_000

/** The newest picture of a stream that is on. Signed anew with every answer, it is asked for once a minute. */
export function Poster({ stream: { poster, state } }: { stream: Stream }) {
  const [shown, setShown] = useState({ url: poster, atMs: Date.now() })
  const other = shown.url.split('?')[0] !== poster.split('?')[0]
  // While drawing: a row is drawn anew with each answer, an effect for each of them would be too much.
  if (other || (shown.url !== poster && Date.now() - shown.atMs > FRESH_MS)) setShown({ url: poster, atMs: Date.now() })
  return <Picture src={state === 'on' && shown.url !== '' ? shown.url : null} alt="" />
}
