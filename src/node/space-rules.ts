import { AddressRanges } from '../base/ip-address.ts'
import type { SignedAction } from '../base/signed-url.ts'
import type { AddressRules, RefererRules } from '../link/messages.ts'

/** Compiled once per list; lists are replaced whole when the desired state is. */
const compiled = new WeakMap<readonly string[], AddressRanges>()

/** Whether an address may (MS-150, MS-151): without rules everybody; otherwise nobody but the allowed, less the denied. */
export function addressAllowed(rules: AddressRules | undefined, action: SignedAction, remote: string): boolean {
  if (!rules) return true
  const { allow, deny } = rules[action]
  return rangesOf(allow).has(remote) && !rangesOf(deny).has(remote)
}

/**
 * Whether a page may show the player, or send (MS-144): the lists of `all` and of the action each have to let it
 * through; an empty allow list lets everything through that is not denied.
 */
export function refererAllowed(rules: RefererRules | undefined, action: SignedAction, pageUrl: string): boolean {
  if (!rules) return true
  if (pageUrl === '' && rules.allowEmpty) return true
  const host = hostOf(pageUrl)
  return [rules.all, rules[action]].every(({ allow, deny }) => {
    if (host === null) return allow.length === 0
    return !isWithin(host, deny) && (allow.length === 0 || isWithin(host, allow))
  })
}

function rangesOf(list: readonly string[]): AddressRanges {
  const ranges = compiled.get(list) ?? new AddressRanges(list)
  compiled.set(list, ranges)
  return ranges
}

/** Null for what is no URL of a page. */
function hostOf(pageUrl: string): string | null {
  const url = URL.parse(pageUrl)
  return url && url.hostname !== '' ? url.hostname.replace(/\.$/, '') : null
}

/** The domain itself or one below it. */
function isWithin(host: string, domains: readonly string[]): boolean {
  return domains.some(domain => host === domain || host.endsWith(`.${domain}`))
}
