import { SightlineError } from '@sightline/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Logo } from '../../components/logo.tsx'
import { LanguageButton, ThemeButton } from '../../components/preference-buttons.tsx'
import { SiteFooter, useSiteName, useTitle } from '../../components/site.tsx'
import { client } from '../../lib/api/client.ts'
import { tokenPreference } from '../../lib/preferences.ts'
import './login.css'

export function LoginPage() {
  const { t } = useTranslation()
  const router = useRouter()
  const queryClient = useQueryClient()
  const { next } = useSearch({ from: '/login' })
  const [name, setName] = useState('admin')
  const [password, setPassword] = useState('')
  const site = useSiteName()
  useTitle(t('login.title'))
  const attempt = useMutation({
    mutationFn: () => client.call('login', { body: { username: name, password } }),
    onSuccess: ({ token }) => {
      queryClient.clear() // what the one before could see
      tokenPreference.set(token)
      router.history.replace(next ?? '/')
    },
  })
  const wrong = attempt.error instanceof SightlineError && attempt.error.status === 401
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    attempt.mutate()
  }
  return (
    <div className="login">
      <div className="login-corner">
        <LanguageButton />
        <ThemeButton />
      </div>
      <main className="login-card">
        <Logo size={48} />
        <h1>{site}</h1>
        <p className="muted">{t('login.lead')}</p>
        <form onSubmit={onSubmit}>
          <label htmlFor="username">{t('login.username')}</label>
          <Input
            id="username"
            size="large"
            autoComplete="username"
            autoCapitalize="none"
            value={name}
            onChange={event => setName(event.target.value)}
            required
          />
          <label htmlFor="password">{t('login.password')}</label>
          <Input.Password
            id="password"
            size="large"
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={event => setPassword(event.target.value)}
            required
          />
          {attempt.isError && (
            <ErrorPanel
              error={attempt.error}
              what={t('login.failed')}
              why={wrong ? t('login.wrong') : undefined}
              hint={wrong ? t('login.wrongHint') : undefined}
            />
          )}
          <Button type="primary" size="large" block htmlType="submit" loading={attempt.isPending}>
            {t('login.submit')}
          </Button>
        </form>
        <p className="login-help">{t('login.help')}</p>
      </main>
      <SiteFooter />
    </div>
  )
}
