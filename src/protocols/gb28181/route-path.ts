/**
 * Headers of GB/T 28181-2022 Annex H. X-RoutePath: platforms a call has come through, the last one first; in the answer
 * those it goes through from here. X-PreferredPath: platforms it is to go through, the next one first.
 */
export const X_ROUTE_PATH = 'X-RoutePath'
export const X_PREFERRED_PATH = 'X-PreferredPath'

/** Platforms of a route; nobody stacks more. */
const MAX_ROUTE = 32

/** The way of a call through platforms. */
export interface CallWay {
  /** Platforms it comes from, ours first: told to a platform below, so that no call goes round. */
  readonly route?: readonly string[]
  /** Platforms it is to go through, the one that is called first. */
  readonly preferred?: readonly string[]
}

/** The ids of a header; what is none is left out. */
export function parseRoutePath(header: string | undefined): string[] {
  return (header ?? '')
    .split('-', MAX_ROUTE)
    .map(id => id.trim())
    .filter(id => /^\d{20}$/.test(id))
}

/** Headers of INVITE that say so. */
export function wayHeaders({ preferred = [], route = [] }: CallWay): Record<string, string> {
  return {
    ...(route.length > 0 && { [X_ROUTE_PATH]: route.join('-') }),
    ...(preferred.length > 0 && { [X_PREFERRED_PATH]: preferred.join('-') }),
  }
}

/** The way as the platform below is told it: a path that is not its own would lead it astray. */
export function wayTo(gbId: string, { preferred = [], route = [] }: CallWay): CallWay {
  return { route, preferred: preferred[0] === gbId ? preferred : [] }
}
