import { describe, expect, test } from 'vitest'
import { levelsOf, pathInSpace, pathOf, resolvePath } from './paths.ts'

const isSpace = (name: string) => name === 'default' || name === 'school'

describe('paths', () => {
  test.each([
    ['live/cam', 'default/live/cam'],
    ['default/live/cam', 'default/live/cam'],
    ['school/live/cam', 'school/live/cam'],
    ['school/cam', 'default/school/cam'], // two levels are app and name
    ['show/live/cam', 'default/show/live/cam'],
    ['school/show/live/cam', 'school/show/live/cam'],
    ['/live//cam/', 'default/live/cam'],
    ['live/摄像机-1', 'default/live/摄像机-1'],
  ])('%s is %s', (pathname, path) => {
    expect(pathOf(resolvePath(levelsOf(pathname), isSpace))).toBe(path)
  })

  test('a virtual host that is a space takes all levels as app and name', () => {
    expect(pathOf(pathInSpace('school', ['live', 'cam']))).toBe('school/live/cam')
  })

  test.each([
    ['cam'],
    [''],
    ['live/..'],
    ['../live/cam'],
    ['live/a b'],
    ['live/a\u0000'],
    [`live/${'x'.repeat(129)}`],
    ['1/2/3/4/5/6/7/8/9/10'],
  ])('%j is refused', pathname => {
    expect(() => resolvePath(levelsOf(pathname), isSpace)).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })
})
