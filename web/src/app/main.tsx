import { SightlineError } from '@sightline/client'
import { QueryClient } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startI18n } from '../lib/i18n.ts'
import { themePreference } from '../lib/preferences.ts'
import { Providers } from './providers.tsx'
import { createConsoleRouter } from './router.tsx'
import './styles.css'

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The platform's "no" does not change by asking again; a lost connection may.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof SightlineError && error.status > 0 && error.status < 500),
      staleTime: 500,
      refetchOnWindowFocus: true,
    },
  },
})

function applyTheme(): void {
  document.documentElement.dataset['theme'] = themePreference.get()
}

/** A page's file is gone when the server was updated meanwhile: the new console knows its new name. Not twice in a row. */
const RELOAD_PAUSE_MS = 10_000
window.addEventListener('vite:preloadError', () => {
  if (performance.now() > RELOAD_PAUSE_MS) location.reload()
})

// What is missing would only fail later and less clearly: unsupported.js has said what works.
if ('unsupported' in window) throw new Error('this browser is too old')

applyTheme()
themePreference.subscribe(applyTheme)
await startI18n()

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <Providers queryClient={queryClient} router={createConsoleRouter()} />
  </StrictMode>,
)
