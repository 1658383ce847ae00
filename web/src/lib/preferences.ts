import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'
export type Language = 'en' | 'zh'

/** One remembered choice of this browser. Without storage (private mode) it lives until the page is closed. */
export interface Preference<T extends string> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    if (value === '') localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Storage is full or forbidden: the choice still holds for this page.
  }
}

export function preference<T extends string>(name: string, parse: (stored: string | null) => T): Preference<T> {
  const key = `sightline.${name}`
  const listeners = new Set<() => void>()
  let value: T | undefined
  const tell = () => {
    for (const listener of listeners) listener()
  }
  return {
    get() {
      value ??= parse(read(key))
      return value
    },
    set(next) {
      value = next
      write(key, next)
      tell()
    },
    subscribe(listener) {
      const onStorage = (event: StorageEvent) => {
        if (event.key !== key) return
        value = parse(event.newValue)
        tell()
      }
      listeners.add(listener)
      window.addEventListener('storage', onStorage)
      return () => {
        listeners.delete(listener)
        window.removeEventListener('storage', onStorage)
      }
    },
  }
}

export const themePreference = preference<Theme>('theme', stored => {
  if (stored === 'light' || stored === 'dark') return stored
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
})

export const languagePreference = preference<Language>('language', stored => {
  if (stored === 'en' || stored === 'zh') return stored
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
})

export const railPreference = preference<'open' | 'closed'>('rail', stored => (stored === 'closed' ? 'closed' : 'open'))

/** The bearer token of the session; empty when nobody is logged in. Shared by the tabs of this browser. */
export const tokenPreference = preference<string>('token', stored => stored ?? '')

export function usePreference<T extends string>(preference: Preference<T>): T {
  return useSyncExternalStore(preference.subscribe, preference.get)
}
