/** A body for each operation that takes one, as the documentation shows it and the tests send it. */
export const BODY_EXAMPLES: Readonly<Record<string, unknown>> = {
  login: { username: 'admin', password: 'correct horse' },
  changePassword: { oldPassword: 'correct horse', password: 'battery staple' },
  createStream: { space: 'default', app: 'live', name: 'lobby' },
  updateStream: { title: 'Lobby, east door', labels: ['indoor', 'door'] },
  kickStream: {},
  cancelOperation: {},
  bulkStreams: { action: 'kick', ids: ['st_01jd3v7k2mabcdefghjk'] },
  createSpace: { name: 'school', publish: 'key', play: 'signed' },
  rotatePushKey: { graceSeconds: 600 },
  forbidStream: { reason: 'not on air today' },
  updateSpace: { play: 'open' },
  createUser: { name: 'anna', password: 'battery staple', role: 'operator' },
  updateUser: { role: 'viewer' },
  resetPassword: { password: 'battery staple' },
  createApiKey: { name: 'nightly report', scopes: ['read'] },
  updateNode: { name: 'east', draining: true },
}
