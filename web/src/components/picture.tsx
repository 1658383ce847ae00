import { useState } from 'react'
import { Icon } from './icon.tsx'
import './picture.css'

interface Props {
  /** Null: there is none. */
  readonly src: string | null
  /** '' when a word beside it says the same. */
  readonly alt: string
}

/** A picture a node made, of the shape 16:9; a quiet sign where there is none, or where it does not come. */
export function Picture({ src, alt }: Props) {
  // A signed URL changes with each answer, the picture behind it does not: only what failed is tried anew.
  const [failed, setFailed] = useState<string | null>(null)
  return (
    <span className="picture-box">
      {src === null || failed === src ? (
        <Icon name="picture" size={20} />
      ) : (
        <img src={src} alt={alt} loading="lazy" decoding="async" onError={() => setFailed(src)} />
      )}
    </span>
  )
}
