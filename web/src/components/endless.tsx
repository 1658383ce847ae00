import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  readonly query: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly fetchNextPage: () => Promise<unknown>
  }
}

/** How far below the screen the end of a list may be when more of it is asked for. */
const AHEAD = '800px'

/** The end of a list that comes in pages: more comes when one scrolls near it, or by the button. */
export function Endless({ query: { hasNextPage, isFetchingNextPage, fetchNextPage } }: Props) {
  const { t } = useTranslation()
  const end = useRef<HTMLDivElement>(null)
  const more = useRef(fetchNextPage)
  more.current = fetchNextPage
  const waiting = hasNextPage && !isFetchingNextPage
  useEffect(() => {
    if (end.current === null || !waiting) return
    const observer = new IntersectionObserver(
      entries => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void more.current()
      },
      { rootMargin: AHEAD },
    )
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [waiting])
  if (!hasNextPage) return null
  return (
    <div ref={end} className="table-more">
      <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {t('table.more')}
      </Button>
    </div>
  )
}
