import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type en from '../locales/en.json'
import { type Language, languagePreference } from './preferences.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

const LOADERS = {
  en: () => import('../locales/en.json'),
  zh: () => import('../locales/zh.json'),
} as const satisfies Record<Language, () => Promise<unknown>>

/** BCP 47 tag for dates, and for the page's `lang` (it also picks the right Chinese glyphs). */
export const languageTag = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en')

async function use(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation'))
    i18next.addResourceBundle(language, 'translation', (await LOADERS[language]()).default)
  await i18next.changeLanguage(language)
  document.documentElement.lang = languageTag(language)
}

/** Loads the chosen language (only that one) and follows the choice. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: languagePreference.get(),
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  })
  await use(languagePreference.get())
  languagePreference.subscribe(() => void use(languagePreference.get()))
}
