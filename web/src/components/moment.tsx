import { exactTime, moment } from '../lib/format.ts'
import { languageTag } from '../lib/i18n.ts'
import { languagePreference, usePreference } from '../lib/preferences.ts'

/** A date and time as they are read in the page's language, in the browser's zone; the exact one on hover. */
export function Moment({ at }: { at: string }) {
  const language = languageTag(usePreference(languagePreference))
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={exactTime(ms, language)} className="tabular">
      {moment(ms, language)}
    </time>
  )
}
