/** Header with the platforms a call has come through, the last one first. GB/T 28181-2022 Annex H. */
export const X_ROUTE_PATH = 'X-RoutePath'

/** Platforms of a route; nobody stacks more. */
const MAX_ROUTE = 32

/** The ids of a header; what is none is left out. */
export function parseRoutePath(header: string | undefined): string[] {
  return (header ?? '')
    .split('-', MAX_ROUTE)
    .map(id => id.trim())
    .filter(id => /^\d{20}$/.test(id))
}
