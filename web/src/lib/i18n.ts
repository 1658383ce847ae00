import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type access from '../locales/access.en.json'
import type alarms from '../locales/alarms.en.json'
import type attempt from '../locales/attempt.en.json'
import type audit from '../locales/audit.en.json'
import type callbacks from '../locales/callbacks.en.json'
import type channel from '../locales/channel.en.json'
import type config from '../locales/config.en.json'
import type connect from '../locales/connect.en.json'
import type devices from '../locales/devices.en.json'
import type directories from '../locales/directories.en.json'
import type en from '../locales/en.json'
import type nodes from '../locales/nodes.en.json'
import type overview from '../locales/overview.en.json'
import type parents from '../locales/parents.en.json'
import type plans from '../locales/plans.en.json'
import type recordings from '../locales/recordings.en.json'
import type replay from '../locales/replay.en.json'
import type snapshots from '../locales/snapshots.en.json'
import type spaces from '../locales/spaces.en.json'
import type storage from '../locales/storage.en.json'
import type system from '../locales/system.en.json'
import type templates from '../locales/templates.en.json'
import type trace from '../locales/trace.en.json'
import type tree from '../locales/tree.en.json'
import type viewer from '../locales/viewer.en.json'
import type wall from '../locales/wall.en.json'
import { type Language, languagePreference } from './preferences.ts'

/** What everybody uses, and the topics that load with their pages: `<topic>.en.json` beside `<topic>.zh.json`. */
type Texts = typeof en &
  typeof access &
  typeof alarms &
  typeof attempt &
  typeof callbacks &
  typeof audit &
  typeof system &
  typeof channel &
  typeof config &
  typeof connect &
  typeof nodes &
  typeof overview &
  typeof trace &
  typeof devices &
  typeof tree &
  typeof parents &
  typeof directories &
  typeof plans &
  typeof recordings &
  typeof replay &
  typeof snapshots &
  typeof spaces &
  typeof storage &
  typeof templates &
  typeof viewer &
  typeof wall

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: Texts }
  }
}

const LOADERS = {
  en: () => import('../locales/en.json'),
  zh: () => import('../locales/zh.json'),
} as const satisfies Record<Language, () => Promise<unknown>>

const TOPICS = import.meta.glob<{ readonly default: object }>('../locales/*.*.json')
const opened = new Set<string>()

/** BCP 47 tag for dates, and for the page's `lang` (it also picks the right Chinese glyphs). */
export const languageTag = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en')

async function loadTopic(topic: string, language: Language): Promise<void> {
  const texts = await TOPICS[`../locales/${topic}.${language}.json`]?.()
  i18next.addResourceBundle(language, 'translation', texts?.default ?? {}, true)
}

/** The module of a page, once the texts of its topics (a word, or several with blanks) are here too. */
export async function withTexts<Module>(topics: string, page: Promise<Module>): Promise<Module> {
  const language = languagePreference.get()
  const texts = topics.split(' ').map(topic => {
    opened.add(topic)
    return loadTopic(topic, language)
  })
  const [module] = await Promise.all([page, ...texts])
  return module
}

async function use(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation'))
    i18next.addResourceBundle(language, 'translation', (await LOADERS[language]()).default)
  await Promise.all([...opened].map(topic => loadTopic(topic, language)))
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
