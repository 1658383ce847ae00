import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { languagePreference, themePreference, usePreference } from '../lib/preferences.ts'
import { Icon } from './icon.tsx'

/** Labelled in the language it leads to: who needs it cannot read the other one. */
export function LanguageButton() {
  const language = usePreference(languagePreference)
  const other = language === 'zh' ? 'en' : 'zh'
  const word = other === 'zh' ? '中文' : 'English'
  return (
    <Button
      type="text"
      className="language-button"
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      aria-label={word}
      icon={<Icon name="language" size={20} />}
      onClick={() => languagePreference.set(other)}
    >
      <span className="language-button-word">{word}</span>
    </Button>
  )
}

export function ThemeButton() {
  const { t } = useTranslation()
  const dark = usePreference(themePreference) === 'dark'
  const label = t(dark ? 'frame.toLight' : 'frame.toDark')
  return (
    <Button
      type="text"
      aria-label={label}
      title={label}
      icon={<Icon name={dark ? 'sun' : 'moon'} size={20} />}
      onClick={() => themePreference.set(dark ? 'light' : 'dark')}
    />
  )
}
