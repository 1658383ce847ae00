// Written from the OpenAPI document: vitest run test/client.test.ts -u

export interface Schemas {
  AddressRulesInput: { publish?: { allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined; play?: { allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined }
  RefererRulesInput: { /** clients that name no page may, such as encoders and most players */ allowEmpty?: boolean | undefined; /** counts beside the other two */ all?: { /** empty: all */ allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined; publish?: { /** empty: all */ allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined; play?: { /** empty: all */ allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined }
  Error: { error: { /** stable name, listed in docs/reference/errors.md */ code: "BYTES_TOO_SHORT" | "BYTES_INVALID" | "LIMIT_EXCEEDED" | "CODEC_UNSUPPORTED" | "PEER_TIMEOUT" | "PEER_REFUSED" | "STREAM_NOT_FOUND" | "STREAM_BUSY" | "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "LAST_ADMINISTRATOR" | "SPACE_NOT_EMPTY" | "IN_USE" | "RECORDING_KEPT" | "LIMIT_REACHED" | "INVALID" | "TOO_MANY_REQUESTS" | "KEY_REUSED" | "KEY_IN_USE" | "PAYLOAD_TOO_LARGE" | "VIEWER_LIMIT" | "DEVICE_OFFLINE" | "DEVICE_FAILED" | "DEVICE_UNSUITABLE" | "PROTOCOL_UNSUPPORTED" | "CONFIG_INVALID" | "CONFIG_UNREADABLE" | "NODE_UNAVAILABLE" | "NODE_ON" | "NOT_READY" | "LINK_CLOSED" | "LINK_VERSION" | "DATABASE_LOCKED" | "DATABASE_UNAVAILABLE" | "DATABASE_REFUSED" | "DATABASE_UNSUITABLE" | "DATABASE_FULL" | "DATABASE_DAMAGED" | "STORE_FULL" | "STORE_UNAVAILABLE" | "BACKUP_FAILED" | "RESTORE_REFUSED" | "PORT_IN_USE" | "FFMPEG_FAILED" | "INTERNAL"; /** what happened, in English */ message: string; /** what the caller can do about it */ hint?: string | undefined; /** path of the offending field, e.g. body.name */ field?: string | undefined; /** of devices: what was found out (`verdict`) and the `attempt` that has all of it */ details?: Record<string, string | number> | undefined; /** the log has the details under this id; also in the x-trace-id header */ traceId: string } }
  ApiKey: { id: string; name: string; /** who made it */ userId: string; userName: string; /** what the key may, within the role of who made it: read; write streams, spaces, users, system; metrics */ scopes: readonly ("read" | "streams:write" | "devices:write" | "devices:control" | "spaces:write" | "users:write" | "system:write" | "metrics")[]; /** UTC, RFC 3339 */ createdAt: string; /** null: never */ expiresAt: string | null; /** to the minute; null: never */ lastUsedAt: string | null; /** address, or empty */ lastUsedFrom: string }
  NewApiKey: { id: string; name: string; /** who made it */ userId: string; userName: string; /** what the key may, within the role of who made it: read; write streams, spaces, users, system; metrics */ scopes: readonly ("read" | "streams:write" | "devices:write" | "devices:control" | "spaces:write" | "users:write" | "system:write" | "metrics")[]; /** UTC, RFC 3339 */ createdAt: string; /** null: never */ expiresAt: string | null; /** to the minute; null: never */ lastUsedAt: string | null; /** address, or empty */ lastUsedFrom: string; /** the key: send it as `Authorization: Bearer <key>`; shown only here */ secret: string }
  User: { id: string; name: string; role: "administrator" | "operator" | "viewer" }
  Me: { /** of the account; for an API key of the one who made it */ id: string; name: string; role: "administrator" | "operator" | "viewer"; /** user: logged in; key: an API key */ kind: "user" | "key" | "system"; /** what may be asked for with this token, e.g. streams.write */ permissions: readonly (string)[] }
  Session: { /** send it as `Authorization: Bearer <token>`; shown only here */ token: string; /** UTC, RFC 3339 */ expiresAt: string; user: Schemas['User'] }
  SessionEntry: { id: string; userId: string; userName: string; /** UTC, RFC 3339 */ createdAt: string; /** UTC, RFC 3339 */ expiresAt: string; /** to the minute; UTC, RFC 3339 */ lastUsedAt: string; /** address of the login */ remote: string; /** User-Agent of the login */ agent: string; /** the session of this request */ current: boolean }
  AuditEntry: { /** grows with each entry */ number: number; /** UTC, RFC 3339 */ at: string; actor: { /** nobody: a login that was refused */ kind: "user" | "key" | "system" | "nobody"; /** of the user; empty for system and nobody */ id: string; /** name then */ name: string }; /** one of session.create, session.refuse, session.revoke, user.create, user.update, user.password, user.delete, apiKey.create, apiKey.revoke, space.create, space.update, space.delete, space.rotatePushKey, space.rotatePlayKey, stream.create, stream.update, stream.delete, stream.kick, stream.forbid, stream.resume, viewer.kick, device.create, device.update, device.delete, device.import, device.unlock, device.start, device.stop, device.reboot, device.sync, device.approve, device.reject, channel.update, channel.bind, channel.control, channel.configure, channel.talk, directory.create, directory.update, directory.delete, alarm.acknowledge, alarm.reset, parent.create, parent.update, parent.delete, parent.share, quirk.set, quirk.delete, system.reload, node.update, node.delete, template.create, template.update, template.delete, template.bind, template.unbind, plan.create, plan.update, plan.delete, recording.start, recording.stop, recording.release, recording.event, recording.update, recording.delete, recording.rebuild, snapshot.take, snapshot.delete, export.create, callback.create, callback.update, callback.delete, callback.test, callback.replay */ action: string; /** id of what was changed, of a space its name */ object: string; /** changed fields before, secrets masked; null: it did not exist, or nothing to say */ before: Record<string, unknown> | null; /** changed fields after; null: it does not exist any more, or nothing to say */ after: Record<string, unknown> | null; /** address the request came from */ remote: string; traceId: string }
  FeedEntry: { id: string; type: "stream.on" | "stream.off" | "streams.live" | "viewer.started" | "viewer.stopped" | "refused" | "node.on" | "node.lost" | "device.state" | "device.asked" | "device.catalog" | "device.alarm" | "device.finished" | "attempt.failed" | "parent.state" | "operation" | "changed"; /** UTC, RFC 3339 */ at: string; /** what happened, by type */ data: Record<string, unknown> }
  ForbiddenStream: { /** space/app/name; the stream may have been deleted */ path: string; /** null: until it is resumed */ until: string | null; reason: string; /** UTC, RFC 3339 */ since: string; /** name of who did it */ by: string }
  Health: { status: "ok"; version: string; uptimeSeconds: number }
  System: { version: string; uptimeSeconds: number; /** version of Node.js */ runtime: string; configuration: readonly ({ /** e.g. listen.rtmp */ key: string; /** secrets are shown as *** */ value: string | number | boolean | null; /** default, the name of the file, or the environment variable */ source: string })[] }
  ReloadResult: { /** keys in force from now on */ changed: readonly (string)[]; /** keys that changed in the file but need a restart */ needRestart: readonly (string)[] }
  LogLine: { /** UTC, RFC 3339 */ at: string; level: "info" | "warn" | "error"; message: string; /** JSON of what varies, cut when it is long */ fields: string }
  StreamRun: { id: string; /** UTC, RFC 3339 */ startedAt: string; /** null while it goes on */ stoppedAt: string | null; /** why it ended */ reason: string | null; /** until now while it goes on */ durationMs: number; nodeId: string; publisher: { protocol: string; remote: string; agent: string }; /** null while it goes on */ totals: { bytesIn: number; bytesOut: number; framesIn: number } | null }
  StreamPoint: { /** begin of the step */ at: string; /** mean received */ bitrateKbps: number; bitrateMaxKbps: number; /** mean video frames per second received */ fps: number; /** mean time between keyframes */ gopMs: number | null; /** mean */ viewers: number; viewersMax: number; /** received in the step */ bytesIn: number; /** sent to viewers in the step */ bytesOut: number }
  PlatformPoint: { /** begin of the step */ at: string; /** mean of nodes that were on */ nodes: number; /** mean of live streams */ streams: number; streamsMax: number; /** mean */ viewers: number; viewersMax: number; /** mean received for all streams */ bitrateInKbps: number; /** received in the step */ bytesIn: number; /** sent to viewers in the step */ bytesOut: number; /** mean of the cores used by all nodes */ cpu: number; /** mean resident memory of all nodes */ memoryBytes: number }
  StreamMetrics: { /** begin of the first step */ from: string; /** UTC, RFC 3339 */ to: string; stepSeconds: number; /** in the order of time; a step in which nothing was measured is left out */ points: readonly (Schemas['StreamPoint'])[] }
  PlatformMetrics: { /** begin of the first step */ from: string; /** UTC, RFC 3339 */ to: string; stepSeconds: number; /** in the order of time; a step in which nothing was measured is left out */ points: readonly (Schemas['PlatformPoint'])[] }
  Overview: { /** live now */ streams: number; viewers: number; nodesOn: number; nodesLost: number; /** received now */ bitrateInKbps: number; /** sent to viewers, over the last seconds */ bitrateOutKbps: number; /** cores used by all nodes */ cpu: number; /** resident memory of all nodes */ memoryBytes: number }
  Node: { id: string; name: string; version: string; state: "on" | "lost"; /** takes no new publishers and viewers; who is there stays */ draining: boolean; /** UTC, RFC 3339 */ lastSeenAt: string; load: { /** cores used by the node process, 1 is one full core */ cpu: number; /** resident set size */ memoryBytes: number; /** 99th percentile of the event-loop delay */ eventLoopP99Ms: number } | null; streams: number; viewers: number }
  Operation: { id: string; /** noun.verb, e.g. streams.kick */ kind: string; state: "running" | "done" | "failed" | "cancelled"; userId: string; /** who started it */ userName: string; /** UTC, RFC 3339 */ createdAt: string; finishedAt: string | null; /** steps done */ done: number; /** steps in all; null: not known */ total: number | null; /** what became of each step */ rows: readonly ({ name: string; ok: boolean; error: { code: string; message: string } | null })[]; /** why the whole failed */ error: { code: string; message: string } | null; /** name of the file it made: GET /operations/{id}/file */ file: string | null }
  Quality: { /** audio time minus video time as they arrive; null with one kind only */ avSkewMs: number | null; /** steps of media time over three times the usual */ gaps: number; longestGapMs: number; /** times a track's clock was set or wrapped */ jumps: number; /** times of more than a second without any frame from the publisher */ stalls: number; /** time spent in them */ stalledMs: number; /** frames behind the previous one of their track */ lateFrames: number; /** frames behind newer ones of the other track */ reorderedFrames: number; longestGopMs: number | null; /** mean size of video frames */ videoFrameBytes: number | null; /** mean size of keyframes */ keyframeBytes: number | null; largestFrameBytes: number }
  Live: { nodeId: string; /** the publisher left and may come back within the grace time */ waiting: boolean; /** UTC, RFC 3339 */ startedAt: string; /** kbit/s received, over the last seconds */ bitrateKbps: number; /** video frames per second received */ fps: number; viewers: number; viewersByProtocol: Record<string, number>; video: { /** h264, h265 or av1 */ codec: string; /** RFC 6381 */ codecString: string; profile: string; /** pixels */ width: number; /** pixels */ height: number; /** frames per second as the parameter sets say */ fps: number | null } | null; audio: { /** aac, mp3, pcma, pcmu or opus */ codec: string; /** RFC 6381 */ codecString: string; profile: string; /** Hz */ sampleRate: number; channels: number } | null; /** frames of the last complete GOP */ gopFrames: number | null; /** milliseconds between the last two keyframes */ gopMs: number | null; lastKeyframeAgeMs: number | null; bytesIn: number; bytesOut: number; framesIn: number; /** frames whose timestamps were repaired */ framesRepaired: number; /** frames left out for viewers who were too slow */ framesDropped?: number | undefined; /** what the frames show about the encoder and its network */ quality?: Schemas['Quality'] | undefined; publisher: { id: string; /** rtmp, rtmps ... */ protocol: string; /** address and port */ remote: string; /** the encoder's own words, or empty */ agent: string; /** finds the request in log, events and trace */ traceId?: string | undefined } | null }
  PublishUrls: { rtmp: string; rtmps?: string | undefined; obs: { server: string; streamKey: string } }
  PlayUrls: { flv: string; wsFlv: string; hls: string; ts: string; rtmp: string; rtmps?: string | undefined; /** when the signatures end; null when the space is open */ expiresAt: string | null }
  StreamUrls: { publish: Schemas['PublishUrls']; play: Schemas['PlayUrls'] }
  Stream: { id: string; space: string; app: string; name: string; /** space/app/name */ path: string; /** name for people; empty when the path says enough */ title: string; /** free text for people */ notes: string; /** words to find it by, sorted */ labels: readonly (string)[]; /** UTC, RFC 3339 */ createdAt: string; state: "on" | "off"; live: Schemas['Live'] | null; /** nobody may publish it */ forbidden: { /** null: until it is resumed */ until: string | null; reason: string } | null; publish: Schemas['PublishUrls']; play: Schemas['PlayUrls'] }
  Viewer: { id: string; /** http-flv, ws-flv, hls, rtmp ... */ protocol: string; remote: string; agent: string; /** UTC, RFC 3339 */ startedAt: string; bytesSent: number; /** accepted and not yet taken by the network */ bufferedBytes: number; /** left out because this viewer was too slow */ framesDropped: number; /** how far the picture is behind, as the player reports it */ delayMs?: number | undefined; /** frames the player could not show, as it reports them */ playerDroppedFrames?: number | undefined; /** finds the request in log, events and trace */ traceId?: string | undefined }
  TraceEntry: { /** UTC, RFC 3339 */ at: string; /** where it happened */ nodeId: string; step: "publish asked" | "publish refused" | "publish started" | "first frame" | "first keyframe" | "timestamp jump" | "discontinuity" | "publisher kicked" | "publish stopped" | "viewer asked" | "viewer refused" | "viewer joined" | "viewer kicked" | "viewer left"; /** finds the request in log, events and trace */ traceId?: string | undefined; /** id of the publisher or viewer */ who?: string | undefined; protocol?: string | undefined; remote?: string | undefined; reason?: string | undefined }
  AddressRules: { publish: { allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] }; play: { allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] } }
  RefererRules: { /** clients that name no page may, such as encoders and most players */ allowEmpty: boolean; /** counts beside the other two */ all: { /** empty: all */ allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] }; publish: { /** empty: all */ allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] }; play: { /** empty: all */ allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] } }
  Space: { name: string; /** key: publishers need the push key; open: anybody may publish */ publish: "key" | "open"; /** signed: viewers need a signed URL; open: anybody may watch */ play: "signed" | "open"; /** ceiling of the write window */ latency: "low" | "normal"; /** a new viewer gets the newest GOP at once */ gopCache: boolean; /** false: nobody is let in, and who is there is put out */ enabled: boolean; /** null: off, every address may */ addressRules: Schemas['AddressRules'] | null; /** null: off, every page may */ refererRules: Schemas['RefererRules'] | null; /** of all streams together, on one node; null: no limit */ maxViewers: number | null; /** on one node; null: the node's own limit */ maxViewersPerStream: number | null; /** bytes of the chunks RTMP players are sent; null: the node's own size */ chunkSize: number | null; /** what GB/T 28181 devices need */ gb28181: { /** listed: only known devices may register; password: unknown ones with the password are added; approve: they wait in /pending-devices */ admission: "listed" | "password" | "approve"; /** devices are told the time when they register */ sendDate: boolean; /** IANA time zone of the times devices say */ zone: string; /** seconds after the last viewer until a device stops */ stopAfterS: number; passwordSet: boolean }; /** UTC, RFC 3339 */ createdAt: string }
  SpaceKeys: { /** the newest first; it is in new URLs, all are taken */ push: readonly ({ key: string; /** UTC, RFC 3339 */ createdAt: string; /** end of the grace time of a replaced key; null: in force */ validUntil: string | null })[]; /** main, then backup: the main one signs, both are taken */ play: readonly ({ key: string; /** UTC, RFC 3339 */ createdAt: string; /** end of the grace time of a replaced key; null: in force */ validUntil: string | null })[] }
  Account: { id: string; /** login name, in lower case */ name: string; /** administrator: everything; operator: runs streams; viewer: looks */ role: "administrator" | "operator" | "viewer"; /** may not log in; its API keys are refused */ disabled: boolean; /** UTC, RFC 3339 */ createdAt: string; lastLoginAt: string | null }
  ViewerEntry: { id: string; /** space/app/name */ path: string; nodeId: string; /** http-flv, ws-flv, hls, rtmp ... */ protocol: string; /** address and port */ remote: string; /** in the words of player or encoder, or empty */ agent: string; state: "on" | "off"; /** UTC, RFC 3339 */ startedAt: string; stoppedAt: string | null; stopReason: string | null; /** null while he watches: ask for the viewer himself */ bytesSent: number | null; /** left out because he was too slow; null while he watches */ framesDropped: number | null }
  ViewerDetail: { id: string; /** space/app/name */ path: string; nodeId: string; /** http-flv, ws-flv, hls, rtmp ... */ protocol: string; /** address and port */ remote: string; /** in the words of player or encoder, or empty */ agent: string; state: "on" | "off"; /** UTC, RFC 3339 */ startedAt: string; stoppedAt: string | null; stopReason: string | null; /** null: his node cannot be asked now */ bytesSent: number | null; /** left out because he was too slow; null while he watches */ framesDropped: number | null; /** null: the stream has been deleted */ streamId: string | null; /** accepted and not yet taken by the network; null when he is gone */ bufferedBytes: number | null; /** how far the picture is behind, as the player reports it */ delayMs: number | null; /** as the player reports it */ playerDroppedFrames: number | null; /** finds the request in log, events and trace; null when he is gone */ traceId: string | null }
  PublisherDetail: { id: string; /** space/app/name */ path: string; nodeId: string; /** http-flv, ws-flv, hls, rtmp ... */ protocol: string; /** address and port */ remote: string; /** in the words of player or encoder, or empty */ agent: string; state: "on" | "off"; /** UTC, RFC 3339 */ startedAt: string; stoppedAt: string | null; stopReason: string | null; /** null: the stream has been deleted */ streamId: string | null; bytesIn: number; /** sent to all viewers */ bytesOut: number; framesIn: number; /** over the last seconds; null when he is gone */ bitrateKbps: number | null; fps: number | null; quality: Schemas['Quality'] | null; traceId: string | null }
}

export interface Operations {
  /** Whether the platform is up */
  getHealth: {
    path: never
    query: never
    body: never
    answer: Schemas['Health']
  }
  /** Log in; the token is valid for 24 hours */
  login: {
    path: never
    query: never
    body: { username: string; password: string }
    answer: Schemas['Session']
  }
  /** Logins that are valid now, the newest first */
  listSessions: {
    path: never
    query: { /** id of a user, or `all`; both for administrators. Without it, one's own */ user?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['SessionEntry'])[] }
  }
  /** End all sessions of a user, this one too */
  revokeSessions: {
    path: never
    query: { user?: string | undefined }
    body: never
    answer: undefined
  }
  /** End this session */
  logout: {
    path: never
    query: never
    body: never
    answer: undefined
  }
  /** End one session */
  revokeSession: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Whose token it is, and what it may */
  getMe: {
    path: never
    query: never
    body: never
    answer: Schemas['Me']
  }
  /** Change your own password; all your sessions end, this one too */
  changePassword: {
    path: never
    query: never
    body: { oldPassword: string; /** at least 8 letters, not the user name */ password: string }
    answer: undefined
  }
  /** All accounts */
  listUsers: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "name" | "-name" | "createdAt" | "-createdAt" | undefined; /** administrator: everything; operator: runs streams; viewer: looks */ role?: "administrator" | "operator" | "viewer" | undefined; /** part of the name, case does not matter */ q?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['Account'])[]; nextCursor: string | null }
  }
  /** Make an account */
  createUser: {
    path: never
    query: never
    body: { /** case does not matter */ name: string; /** at least 8 letters, not the user name */ password: string; /** administrator: everything; operator: runs streams; viewer: looks */ role: "administrator" | "operator" | "viewer" }
    answer: Schemas['Account']
  }
  /** One account */
  getUser: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Account']
  }
  /** Change the role, disable or enable; the last administrator stays one */
  updateUser: {
    path: { id: string }
    query: never
    body: { /** administrator: everything; operator: runs streams; viewer: looks */ role?: "administrator" | "operator" | "viewer" | undefined; disabled?: boolean | undefined }
    answer: Schemas['Account']
  }
  /** Delete an account with its sessions and API keys; the last administrator stays */
  deleteUser: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Set somebody else's password; his sessions end */
  resetPassword: {
    path: { id: string }
    query: never
    body: { /** at least 8 letters, not the user name */ password: string }
    answer: undefined
  }
  /** API keys, the newest first */
  listApiKeys: {
    path: never
    query: { /** id of a user, or `all`; both for administrators. Without it, one's own */ user?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['ApiKey'])[] }
  }
  /** Make an API key that acts for you within its scopes */
  createApiKey: {
    path: never
    query: never
    body: { name: string; /** what the key may, within the role of who made it: read; write streams, spaces, users, system; metrics */ scopes: readonly ("read" | "streams:write" | "devices:write" | "devices:control" | "spaces:write" | "users:write" | "system:write" | "metrics")[]; /** null: until it is revoked */ expiresAt?: string | null | undefined }
    answer: Schemas['NewApiKey']
  }
  /** Revoke an API key; it is refused from now on */
  revokeApiKey: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Who changed what, and refused logins; the newest first */
  listAudit: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** id of a user */ actor?: string | undefined; /** e.g. space.update, or space for all about spaces */ action?: string | undefined; object?: string | undefined; /** part of a name, object, address, trace id or of what changed */ q?: string | undefined; /** not older; UTC, RFC 3339 */ from?: string | undefined; /** older; UTC, RFC 3339 */ to?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['AuditEntry'])[]; nextCursor: string | null }
  }
  /** Paths nobody may publish, also of deleted streams */
  listForbiddenStreams: {
    path: never
    query: never
    body: never
    answer: { items: readonly (Schemas['ForbiddenStream'])[] }
  }
  /** Put out the publisher and refuse every next one, until a time or until it is resumed */
  forbidStream: {
    path: { id: string }
    query: never
    body: { /** end; null: until it is resumed */ until?: string | null | undefined; /** told to the publisher */ reason?: string | undefined } | null | undefined
    answer: undefined
  }
  /** Let a forbidden stream be published again */
  resumeStream: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Who watches and who watched, of all streams */
  listAllViewers: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "startedAt" | "-startedAt" | undefined; space?: string | undefined; path?: string | undefined; protocol?: string | undefined; /** address, with or without port */ remote?: string | undefined; state?: "on" | "off" | undefined }
    body: never
    answer: { items: readonly (Schemas['ViewerEntry'])[]; nextCursor: string | null }
  }
  /** Everything about one viewer, live or from the history */
  getViewer: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['ViewerDetail']
  }
  /** Put a viewer out */
  kickViewer: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Everything about one publisher, live or from the history */
  getPublisher: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['PublisherDetail']
  }
  /** All spaces */
  listSpaces: {
    path: never
    query: never
    body: never
    answer: { items: readonly (Schemas['Space'])[] }
  }
  /** Make a space with keys of its own */
  createSpace: {
    path: never
    query: never
    body: { /** key: publishers need the push key; open: anybody may publish */ publish?: "key" | "open" | undefined; /** signed: viewers need a signed URL; open: anybody may watch */ play?: "signed" | "open" | undefined; /** ceiling of the write window */ latency?: "low" | "normal" | undefined; /** a new viewer gets the newest GOP at once */ gopCache?: boolean | undefined; /** false: nobody is let in, and who is there is put out */ enabled?: boolean | undefined; /** null: off, every address may */ addressRules?: Schemas['AddressRulesInput'] | null | undefined; /** null: off, every page may */ refererRules?: Schemas['RefererRulesInput'] | null | undefined; /** of all streams together, on one node; null: no limit */ maxViewers?: number | null | undefined; /** on one node; null: the node's own limit */ maxViewersPerStream?: number | null | undefined; /** bytes of the chunks RTMP players are sent; null: the node's own size */ chunkSize?: number | null | undefined; /** what GB/T 28181 devices need; what is left out stays */ gb28181?: { /** listed: only known devices may register; password: unknown ones with the password are added; approve: they wait in /pending-devices */ admission?: "listed" | "password" | "approve" | undefined; /** devices are told the time when they register */ sendDate?: boolean | undefined; /** IANA time zone of the times devices say */ zone?: string | undefined; /** seconds after the last viewer until a device stops */ stopAfterS?: number | undefined; /** of devices that have none of their own; null: each needs its own. It is never answered */ password?: string | null | undefined } | undefined; name: string }
    answer: Schemas['Space']
  }
  /** One space */
  getSpace: {
    path: { name: string }
    query: never
    body: never
    answer: Schemas['Space']
  }
  /** Change the rules of a space; the nodes apply them at once, to whoever comes from then on */
  updateSpace: {
    path: { name: string }
    query: never
    body: { /** key: publishers need the push key; open: anybody may publish */ publish?: "key" | "open" | undefined; /** signed: viewers need a signed URL; open: anybody may watch */ play?: "signed" | "open" | undefined; /** ceiling of the write window */ latency?: "low" | "normal" | undefined; /** a new viewer gets the newest GOP at once */ gopCache?: boolean | undefined; /** false: nobody is let in, and who is there is put out */ enabled?: boolean | undefined; /** null: off, every address may */ addressRules?: Schemas['AddressRulesInput'] | null | undefined; /** null: off, every page may */ refererRules?: Schemas['RefererRulesInput'] | null | undefined; /** of all streams together, on one node; null: no limit */ maxViewers?: number | null | undefined; /** on one node; null: the node's own limit */ maxViewersPerStream?: number | null | undefined; /** bytes of the chunks RTMP players are sent; null: the node's own size */ chunkSize?: number | null | undefined; /** what GB/T 28181 devices need; what is left out stays */ gb28181?: { /** listed: only known devices may register; password: unknown ones with the password are added; approve: they wait in /pending-devices */ admission?: "listed" | "password" | "approve" | undefined; /** devices are told the time when they register */ sendDate?: boolean | undefined; /** IANA time zone of the times devices say */ zone?: string | undefined; /** seconds after the last viewer until a device stops */ stopAfterS?: number | undefined; /** of devices that have none of their own; null: each needs its own. It is never answered */ password?: string | null | undefined } | undefined }
    answer: Schemas['Space']
  }
  /** Delete a space without streams, or with `force` naming it also with them */
  deleteSpace: {
    path: { name: string }
    query: { /** name of the space: its streams are deleted too */ force?: string | undefined }
    body: never
    answer: undefined
  }
  /** Keys to publish with and to sign play URLs with */
  getSpaceKeys: {
    path: { name: string }
    query: never
    body: never
    answer: Schemas['SpaceKeys']
  }
  /** Make a new push key; the one before is taken for a grace time */
  rotatePushKey: {
    path: { name: string }
    query: never
    body: { /** how long old keys are taken */ graceSeconds?: number | undefined } | null | undefined
    answer: Schemas['SpaceKeys']
  }
  /** Make a new main key for play URLs; main becomes backup, and URLs of the backup before end */
  rotatePlayKey: {
    path: { name: string }
    query: never
    body: never
    answer: Schemas['SpaceKeys']
  }
  /** Create a stream and get its publish and play URLs */
  createStream: {
    path: never
    query: never
    body: { space?: string | undefined; app?: string | undefined; name: string }
    answer: Schemas['Stream']
  }
  /** Streams with their live state */
  listStreams: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; space?: string | undefined; state?: "on" | "off" | undefined; /** part of the path or the title, case does not matter */ q?: string | undefined; /** has this label */ label?: string | undefined; /** live at this node */ nodeId?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "path" | "-path" | "name" | "-name" | "title" | "-title" | "createdAt" | "-createdAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Stream'])[]; nextCursor: string | null }
  }
  /** One stream */
  getStream: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Stream']
  }
  /** Change title, notes or labels; the address of a stream stays */
  updateStream: {
    path: { id: string }
    query: never
    body: { /** name for people; empty removes it */ title?: string | undefined; /** free text for people */ notes?: string | undefined; /** words to find the stream by */ labels?: readonly (string)[] | undefined }
    answer: Schemas['Stream']
  }
  /** Delete a stream and put its publisher out */
  deleteStream: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Put out the publisher, or one viewer */
  kickStream: {
    path: { id: string }
    query: never
    body: { /** only this viewer; without it the publisher */ viewerId?: string | undefined } | null | undefined
    answer: undefined
  }
  /** Who is watching now */
  listViewers: {
    path: { id: string }
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; protocol?: string | undefined; /** part of the address or of what the player calls itself */ q?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "startedAt" | "-startedAt" | "bytesSent" | "-bytesSent" | undefined }
    body: never
    answer: { items: readonly (Schemas['Viewer'])[]; nextCursor: string | null }
  }
  /** What happened to the stream lately, step by step: who asked, who was refused and why, first frames */
  traceStream: {
    path: { id: string }
    query: never
    body: never
    answer: { items: readonly (Schemas['TraceEntry'])[] }
  }
  /** Publish URLs, and play URLs signed for a time of your choice */
  getStreamUrls: {
    path: { id: string }
    query: { ttlSeconds?: number | undefined }
    body: never
    answer: Schemas['StreamUrls']
  }
  /** When the stream was on, who published it, why it ended and how much it carried */
  listStreamEvents: {
    path: { id: string }
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** runs that were still on then; RFC 3339 */ from?: string | undefined; /** runs that began before; RFC 3339 */ to?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "startedAt" | "-startedAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['StreamRun'])[]; nextCursor: string | null }
  }
  /** Bit rate, frame rate, GOP and viewers over time */
  getStreamMetrics: {
    path: { id: string }
    query: { /** begin, RFC 3339; an hour before `to` when left out */ from?: string | undefined; /** end, RFC 3339; now when left out */ to?: string | undefined; /** seconds of each point, a multiple of 60, of 3600 for what is older than two days; chosen when left out */ step?: number | undefined }
    body: never
    answer: Schemas['StreamMetrics']
  }
  /** Streams, viewers, traffic and nodes now */
  getOverview: {
    path: never
    query: never
    body: never
    answer: Schemas['Overview']
  }
  /** Streams, viewers, traffic and load of everything over time */
  getOverviewMetrics: {
    path: never
    query: { /** begin, RFC 3339; an hour before `to` when left out */ from?: string | undefined; /** end, RFC 3339; now when left out */ to?: string | undefined; /** seconds of each point, a multiple of 60, of 3600 for what is older than two days; chosen when left out */ step?: number | undefined }
    body: never
    answer: Schemas['PlatformMetrics']
  }
  /** Follow what happens, as server-sent events; or, with `limit`, the newest events */
  followEvents: {
    path: never
    query: { /** only these types, separated by commas: stream.on, stream.off, streams.live, viewer.started, viewer.stopped, refused, node.on, node.lost, device.state, device.asked, device.catalog, device.alarm, device.finished, attempt.failed, parent.state, operation, changed */ types?: string | undefined; /** only streams of this space */ space?: string | undefined; /** only the stream with this id */ stream?: string | undefined; /** so many of the newest events as JSON, the oldest of them first, instead of a stream of what comes */ limit?: number | undefined }
    body: never
    answer: { items: readonly (Schemas['FeedEntry'])[]; /** where to follow on */ lastEventId: string }
  }
  /** Commands that take longer than a request: those of the caller, for administrators all */
  listOperations: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; state?: "running" | "done" | "failed" | "cancelled" | undefined; kind?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "createdAt" | "-createdAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Operation'])[]; nextCursor: string | null }
  }
  /** How far an operation is, and what became of each step */
  getOperation: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Operation']
  }
  /** End an operation after the step it is at; what is done stays done */
  cancelOperation: {
    path: { id: string }
    query: never
    body: Record<string, never> | null | undefined
    answer: Schemas['Operation']
  }
  /** Kick, delete, forbid or resume many streams, as an operation that tells what became of each */
  bulkStreams: {
    path: never
    query: never
    body: { action: "kick" | "delete" | "forbid" | "resume"; ids: readonly (string)[]; /** forbid: end; null: until it is resumed */ until?: string | null | undefined; /** forbid: told to the publisher */ reason?: string | undefined }
    answer: Schemas['Operation']
  }
  /** All nodes that ever connected */
  listNodes: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; state?: "on" | "lost" | undefined; /** part of the name or id, case does not matter */ q?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "name" | "-name" | "lastSeenAt" | "-lastSeenAt" | "streams" | "-streams" | "viewers" | "-viewers" | undefined }
    body: never
    answer: { items: readonly (Schemas['Node'])[]; nextCursor: string | null }
  }
  /** One node */
  getNode: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Node']
  }
  /** Name a node, or drain it: it takes no new publishers and viewers */
  updateNode: {
    path: { id: string }
    query: never
    body: { /** for people; empty: the node's own name */ name?: string | undefined; /** true: no new publishers and viewers */ draining?: boolean | undefined }
    answer: Schemas['Node']
  }
  /** Forget a node that is lost */
  deleteNode: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Version and configuration in force, without secrets */
  getSystem: {
    path: never
    query: never
    body: never
    answer: Schemas['System']
  }
  /** Read the configuration again, on the platform and all nodes */
  reloadSystem: {
    path: never
    query: never
    body: never
    answer: Schemas['ReloadResult']
  }
  /** The newest lines of the log of the platform or of a node, the oldest of them first */
  getSystemLogs: {
    path: never
    query: { /** newest lines wanted */ tail?: number | undefined; /** of this node; without it of the platform */ nodeId?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['LogLine'])[] }
  }
  /** Gather configuration, versions, nodes, log and findings in one file, without secrets */
  createSupportBundle: {
    path: never
    query: never
    body: never
    answer: Schemas['Operation']
  }
  /** The file an operation made, to download */
  getOperationFile: {
    path: { id: string }
    query: never
    body: never
    answer: string
  }
}

export const ROUTES = {
  getHealth: ['GET', '/health'],
  login: ['POST', '/sessions'],
  listSessions: ['GET', '/sessions'],
  revokeSessions: ['DELETE', '/sessions'],
  logout: ['DELETE', '/sessions/current'],
  revokeSession: ['DELETE', '/sessions/{id}'],
  getMe: ['GET', '/me'],
  changePassword: ['PUT', '/me/password'],
  listUsers: ['GET', '/users'],
  createUser: ['POST', '/users'],
  getUser: ['GET', '/users/{id}'],
  updateUser: ['PATCH', '/users/{id}'],
  deleteUser: ['DELETE', '/users/{id}'],
  resetPassword: ['PUT', '/users/{id}/password'],
  listApiKeys: ['GET', '/api-keys'],
  createApiKey: ['POST', '/api-keys'],
  revokeApiKey: ['DELETE', '/api-keys/{id}'],
  listAudit: ['GET', '/audit'],
  listForbiddenStreams: ['GET', '/forbidden-streams'],
  forbidStream: ['POST', '/streams/{id}/forbid'],
  resumeStream: ['POST', '/streams/{id}/resume'],
  listAllViewers: ['GET', '/viewers'],
  getViewer: ['GET', '/viewers/{id}'],
  kickViewer: ['POST', '/viewers/{id}/kick'],
  getPublisher: ['GET', '/publishers/{id}'],
  listSpaces: ['GET', '/spaces'],
  createSpace: ['POST', '/spaces'],
  getSpace: ['GET', '/spaces/{name}'],
  updateSpace: ['PATCH', '/spaces/{name}'],
  deleteSpace: ['DELETE', '/spaces/{name}'],
  getSpaceKeys: ['GET', '/spaces/{name}/keys'],
  rotatePushKey: ['POST', '/spaces/{name}/rotate-push-key'],
  rotatePlayKey: ['POST', '/spaces/{name}/rotate-play-key'],
  createStream: ['POST', '/streams'],
  listStreams: ['GET', '/streams'],
  getStream: ['GET', '/streams/{id}'],
  updateStream: ['PATCH', '/streams/{id}'],
  deleteStream: ['DELETE', '/streams/{id}'],
  kickStream: ['POST', '/streams/{id}/kick'],
  listViewers: ['GET', '/streams/{id}/viewers'],
  traceStream: ['GET', '/streams/{id}/trace'],
  getStreamUrls: ['GET', '/streams/{id}/urls'],
  listStreamEvents: ['GET', '/streams/{id}/events'],
  getStreamMetrics: ['GET', '/streams/{id}/metrics'],
  getOverview: ['GET', '/overview'],
  getOverviewMetrics: ['GET', '/overview/metrics'],
  followEvents: ['GET', '/events'],
  listOperations: ['GET', '/operations'],
  getOperation: ['GET', '/operations/{id}'],
  cancelOperation: ['POST', '/operations/{id}/cancel'],
  bulkStreams: ['POST', '/streams/bulk'],
  listNodes: ['GET', '/nodes'],
  getNode: ['GET', '/nodes/{id}'],
  updateNode: ['PATCH', '/nodes/{id}'],
  deleteNode: ['DELETE', '/nodes/{id}'],
  getSystem: ['GET', '/system'],
  reloadSystem: ['POST', '/system/reload'],
  getSystemLogs: ['GET', '/system/logs'],
  createSupportBundle: ['POST', '/system/support-bundle'],
  getOperationFile: ['GET', '/operations/{id}/file'],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>
