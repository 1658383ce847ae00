import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App, ConfigProvider } from 'antd'
import type { Locale } from 'antd/es/locale'
import { useEffect, useState } from 'react'
import { type Language, languagePreference, themePreference, usePreference } from '../lib/preferences.ts'
import type { ConsoleRouter } from './router.tsx'
import { antdTheme } from './theme.ts'

const LOCALES = {
  en: () => import('antd/es/locale/en_US'),
  zh: () => import('antd/es/locale/zh_CN'),
} as const satisfies Record<Language, () => Promise<{ default: Locale }>>

export function Providers({ queryClient, router }: { queryClient: QueryClient; router: ConsoleRouter }) {
  const theme = usePreference(themePreference)
  const language = usePreference(languagePreference)
  const [locale, setLocale] = useState<Locale>()
  useEffect(() => {
    let current = true
    void LOCALES[language]().then(loaded => current && setLocale(loaded.default))
    return () => {
      current = false
    }
  }, [language])
  return (
    <ConfigProvider
      theme={antdTheme(theme)}
      button={{ autoInsertSpace: false }}
      {...(locale === undefined ? {} : { locale })}
    >
      <App component={false}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  )
}
