import { expect, test } from 'vitest'
import { api, curlCommand } from './client.ts'

test('the shown command quotes for a shell and never carries a token', () => {
  const command = curlCommand(api('createStream', { body: { name: "it's" } }), 'http://h:8000')
  expect(command).toBe(
    [
      "curl -X POST 'http://h:8000/api/v1/streams'",
      "-H 'Authorization: Bearer <token>'",
      "-H 'Content-Type: application/json'",
      `-d '{"name":"it'\\''s"}'`,
    ].join(' \\\n  '),
  )
})
