import { useSyncExternalStore } from 'react'

/** The width below which pages are laid out for a phone; styles.css has the same. */
const list = matchMedia('(max-width: 760px)')

function subscribe(listener: () => void): () => void {
  list.addEventListener('change', listener)
  return () => list.removeEventListener('change', listener)
}

export const usePhone = (): boolean => useSyncExternalStore(subscribe, () => list.matches)
