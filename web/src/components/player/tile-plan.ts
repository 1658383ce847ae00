import type { Plan } from './plan.ts'

/**
 * The plan for one of many pictures on a page: without sound, which the server then does not send either, and never
 * by HTTP-FLV, because browsers open six HTTP connections to a host and the seventh picture would wait for ever.
 */
export function tilePlan({ attempts, ...plan }: Plan): Plan {
  return {
    ...plan,
    attempts: attempts
      .filter(({ protocol }) => protocol !== 'http-flv')
      .map(attempt => {
        if (attempt.protocol !== 'ws-flv' || !attempt.video) return attempt
        const url = new URL(attempt.url)
        url.searchParams.set('only', 'video')
        url.searchParams.delete('sound')
        return { ...attempt, url: url.href, audio: false }
      }),
  }
}
