/** Everything that is written to the audit log: noun.verb. The object is the noun's id, of spaces the name. */
export const AUDIT_ACTIONS = [
  'session.create',
  'session.refuse',
  'session.revoke',
  'user.create',
  'user.update',
  'user.password',
  'user.delete',
  'apiKey.create',
  'apiKey.revoke',
  'space.create',
  'space.update',
  'space.delete',
  'space.rotatePushKey',
  'space.rotatePlayKey',
  'stream.create',
  'stream.update',
  'stream.delete',
  'stream.kick',
  'stream.forbid',
  'stream.resume',
  'viewer.kick',
  'system.reload',
  'node.update',
  'node.delete',
] as const

export type AuditAction = (typeof AUDIT_ACTIONS)[number]
