import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VERDICTS } from '../src/protocols/gb28181/verdict.ts'

interface Words {
  readonly attempt: Readonly<Record<'found' | 'advice', Readonly<Record<string, string>>>>
}

test.each(['en', 'zh'])('the console has words for every verdict in %s', language => {
  const file = join(import.meta.dirname, `../web/src/locales/attempt.${language}.json`)
  const { attempt } = JSON.parse(readFileSync(file, 'utf8')) as Words
  for (const words of [attempt.found, attempt.advice]) {
    expect(Object.keys(words).toSorted()).toEqual(Object.keys(VERDICTS).toSorted())
  }
})
