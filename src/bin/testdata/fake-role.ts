/** A role without contents: says what happens to it, one JSON line each. */
import { writeSync } from 'node:fs'

const [role = ''] = process.argv.slice(2)
const say = (event: string) => writeSync(1, `${JSON.stringify({ role, event, pid: process.pid, linkUrl, token })}\n`)
const linkUrl = process.env['SIGHTLINE_LINK_URL']
const token = process.env['SIGHTLINE_LINK_TOKEN']

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)
  process.on(signal, () => {
    say(signal)
    if (signal === 'SIGTERM') process.exit(0)
  })
process.on('disconnect', () => {
  say('disconnect')
  process.exit(0)
})
if (process.env['FAKE_REFUSES'] === role) process.exit(78)
process.send?.({ type: 'ready', initialPassword: role === 'platform' ? 'first-password' : undefined })
say('up')
