import { expect, test } from 'vitest'
import { familyText } from './exposition.ts'

const gauge = { name: 'a', type: 'gauge', help: 'A thing' } as const

test.each([
  ['nothing', [], ''],
  ['one number', [[{}, 1.5]], 'a 1.5\n'],
  ['labels', [[{ x: 'y', z: '' }, 2]], 'a{x="y",z=""} 2\n'],
  ['text that needs escaping', [[{ x: 'q"b\\n\nl' }, 3]], 'a{x="q\\"b\\\\n\\nl"} 3\n'],
  [
    'large and small numbers',
    [
      [{}, 1e21],
      [{ x: '1' }, 1e-7],
    ],
    'a 1e+21\na{x="1"} 1e-7\n',
  ],
] as const)('%s', (_, samples, lines) => {
  expect(familyText(gauge, samples)).toBe(lines && `# HELP a A thing\n# TYPE a gauge\n${lines}`)
})
