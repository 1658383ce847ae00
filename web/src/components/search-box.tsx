import { Input } from 'antd'
import { useEffect, useState } from 'react'
import { Icon } from './icon.tsx'

/** After the last letter, before the URL and the question to the platform follow. */
const SEARCH_PAUSE_MS = 250

export function SearchBox({ label, q, onSearch }: { label: string; q: string; onSearch: (q: string) => void }) {
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing searches
  useEffect(() => {
    if (text === q) return
    const timer = window.setTimeout(() => onSearch(text), SEARCH_PAUSE_MS)
    return () => window.clearTimeout(timer)
  }, [text])
  return (
    <Input
      className="search-box"
      type="search"
      prefix={<Icon name="search" size={16} />}
      placeholder={label}
      aria-label={label}
      value={text}
      onChange={event => setText(event.target.value)}
    />
  )
}
