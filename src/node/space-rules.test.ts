import { describe, expect, test } from 'vitest'
import type { RefererRules } from '../link/messages.ts'
import { addressAllowed, refererAllowed } from './space-rules.ts'

const none = { allow: [], deny: [] }

describe('addresses (MS-150, MS-151)', () => {
  test.each([
    ['no rules: everybody', undefined, '192.0.2.7:5000', true],
    ['rules without a word: nobody', none, '192.0.2.7:5000', false],
    ['allowed', { allow: ['192.0.2.0/24'], deny: [] }, '192.0.2.7:5000', true],
    ['not among the allowed', { allow: ['192.0.2.0/24'], deny: [] }, '192.0.3.7:5000', false],
    ['denied among the allowed', { allow: ['all'], deny: ['192.0.2.7'] }, '192.0.2.7:5000', false],
    ['beside the denied', { allow: ['all'], deny: ['192.0.2.7'] }, '192.0.2.8:5000', true],
    ['all denied goes over all allowed', { allow: ['all'], deny: ['all'] }, '192.0.2.8:5000', false],
    ['IPv6', { allow: ['2001:db8::/32'], deny: ['2001:db8:bad::/48'] }, '[2001:db8::1]:5000', true],
    ['IPv6 denied', { allow: ['2001:db8::/32'], deny: ['2001:db8:bad::/48'] }, '[2001:db8:bad::1]:5000', false],
    ['IPv4 seen through IPv6', { allow: ['192.0.2.7'], deny: [] }, '[::ffff:192.0.2.7]:5000', true],
  ])('%s', (_, play, remote, allowed) => {
    expect(addressAllowed(play && { publish: none, play }, 'play', remote)).toBe(allowed)
  })

  test('publishing and playing have their own', () => {
    const rules = { publish: { allow: ['10.0.0.0/8'], deny: [] }, play: { allow: ['all'], deny: [] } }
    expect(addressAllowed(rules, 'publish', '192.0.2.7')).toBe(false)
    expect(addressAllowed(rules, 'play', '192.0.2.7')).toBe(true)
  })
})

describe('pages (MS-144)', () => {
  const own = { allow: ['example.com'], deny: [] }
  const page = 'https://www.example.com/watch?x=1'
  const other = 'http://evil.test/example.com'

  test.each<[string, Partial<RefererRules> | null, string, boolean]>([
    ['no rules: every page', null, other, true],
    ['empty lists: every page', {}, other, true],
    ['a page below the domain', { all: own }, page, true],
    ['with a port', { all: own }, 'http://example.com:8080/', true],
    ['with a trailing dot', { all: own }, 'http://example.com./', true],
    ['in capitals', { all: own }, 'HTTP://WWW.EXAMPLE.COM/', true],
    ['another page', { all: own }, other, false],
    ['a domain that only ends alike', { all: own }, 'https://notexample.com/', false],
    ['the domain as user name', { all: own }, 'https://example.com@evil.test/', false],
    ['no page', { all: own }, '', false],
    ['no page where that is allowed', { all: own, allowEmpty: true }, '', true],
    ['no URL', { all: own, allowEmpty: true }, 'example.com', false],
    ['file', { all: own }, 'file:///example.com', false],
    ['all and play both have to allow', { all: own, play: { allow: ['other.test'], deny: [] } }, page, false],
    ['play alone', { play: own }, other, false],
    ['publish does not count for playing', { publish: own }, other, true],
    ['denied', { play: { allow: [], deny: ['evil.test'] } }, other, false],
    ['not denied', { play: { allow: [], deny: ['evil.test'] } }, page, true],
    ['no page, nobody allowed in particular', { play: { allow: [], deny: ['evil.test'] } }, '', true],
    ['denied within the allowed', { all: { allow: ['example.com'], deny: ['www.example.com'] } }, page, false],
  ])('%s', (_, rules, pageUrl, allowed) => {
    const all = rules ? { allowEmpty: false, all: none, publish: none, play: none, ...rules } : undefined
    expect(refererAllowed(all, 'play', pageUrl)).toBe(allowed)
  })
})
