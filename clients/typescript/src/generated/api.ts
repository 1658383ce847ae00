// Written from the OpenAPI document: vitest run test/client.test.ts -u

export interface Schemas {
  AddressRulesInput: { publish?: { allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined; play?: { allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined }
  RefererRulesInput: { /** clients that name no page may, such as encoders and most players */ allowEmpty?: boolean | undefined; /** counts beside the other two */ all?: { /** empty: all */ allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined; publish?: { /** empty: all */ allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined; play?: { /** empty: all */ allow?: readonly (string)[] | undefined; /** goes over allow */ deny?: readonly (string)[] | undefined } | undefined }
  Error: { error: { /** stable name, listed in docs/reference/errors.md */ code: "BYTES_TOO_SHORT" | "BYTES_INVALID" | "LIMIT_EXCEEDED" | "CODEC_UNSUPPORTED" | "PEER_TIMEOUT" | "PEER_REFUSED" | "ROUTE_LOOP" | "STREAM_NOT_FOUND" | "STREAM_BUSY" | "UNAUTHENTICATED" | "MOVED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "LAST_ADMINISTRATOR" | "SPACE_NOT_EMPTY" | "IN_USE" | "RECORDING_KEPT" | "LIMIT_REACHED" | "INVALID" | "TOO_MANY_REQUESTS" | "KEY_REUSED" | "KEY_IN_USE" | "PAYLOAD_TOO_LARGE" | "VIEWER_LIMIT" | "DEVICE_OFFLINE" | "DEVICE_FAILED" | "DEVICE_UNSUITABLE" | "PROTOCOL_UNSUPPORTED" | "CONFIG_INVALID" | "CONFIG_UNREADABLE" | "NODE_UNAVAILABLE" | "NODE_ON" | "NOT_READY" | "LINK_CLOSED" | "LINK_VERSION" | "DATABASE_LOCKED" | "DATABASE_UNAVAILABLE" | "DATABASE_REFUSED" | "DATABASE_UNSUITABLE" | "DATABASE_FULL" | "DATABASE_DAMAGED" | "STORE_FULL" | "STORE_UNAVAILABLE" | "BACKUP_FAILED" | "RESTORE_REFUSED" | "PORT_IN_USE" | "FFMPEG_FAILED" | "INTERNAL"; /** what happened, in English */ message: string; /** what the caller can do about it */ hint?: string | undefined; /** path of the offending field, e.g. body.name */ field?: string | undefined; /** of devices: what was found out (`verdict`) and the `attempt` that has all of it */ details?: Record<string, string | number> | undefined; /** the log has the details under this id; also in the x-trace-id header */ traceId: string } }
  Quality: { /** audio time minus video time as they arrive; null with one kind only */ avSkewMs: number | null; /** steps of media time over three times the usual */ gaps: number; longestGapMs: number; /** times a track's clock was set or wrapped */ jumps: number; /** times of more than a second without any frame from the publisher */ stalls: number; /** time spent in them */ stalledMs: number; /** frames behind the previous one of their track */ lateFrames: number; /** frames behind newer ones of the other track */ reorderedFrames: number; longestGopMs: number | null; /** mean size of video frames */ videoFrameBytes: number | null; /** mean size of keyframes */ keyframeBytes: number | null; largestFrameBytes: number }
  Live: { nodeId: string; /** the publisher left and may come back within the grace time */ waiting: boolean; /** UTC, RFC 3339 */ startedAt: string; /** kbit/s received, over the last seconds */ bitrateKbps: number; /** video frames per second received */ fps: number; viewers: number; viewersByProtocol: Record<string, number>; video: { /** h264, h265 or av1 */ codec: string; /** RFC 6381 */ codecString: string; profile: string; /** pixels */ width: number; /** pixels */ height: number; /** frames per second as the parameter sets say */ fps: number | null } | null; audio: { /** aac, mp3, pcma, pcmu or opus */ codec: string; /** RFC 6381 */ codecString: string; profile: string; /** Hz */ sampleRate: number; channels: number } | null; /** frames of the last complete GOP */ gopFrames: number | null; /** milliseconds between the last two keyframes */ gopMs: number | null; lastKeyframeAgeMs: number | null; bytesIn: number; bytesOut: number; framesIn: number; /** frames whose timestamps were repaired */ framesRepaired: number; /** frames left out for viewers who were too slow */ framesDropped?: number | undefined; /** what the frames show about the encoder and its network */ quality?: Schemas['Quality'] | undefined; publisher: { id: string; /** rtmp, rtmps ... */ protocol: string; /** address and port */ remote: string; /** the encoder's own words, or empty */ agent: string; /** finds the request in log, events and trace */ traceId?: string | undefined } | null }
  PublishUrls: { rtmp: string; rtmps?: string | undefined; obs: { server: string; streamKey: string } }
  PlayUrls: { flv: string; wsFlv: string; hls: string; ts: string; rtmp: string; rtmps?: string | undefined; /** when the signatures end; null when the space is open */ expiresAt: string | null }
  StreamUrls: { publish: Schemas['PublishUrls']; play: Schemas['PlayUrls'] }
  Stream: { id: string; space: string; app: string; name: string; /** space/app/name */ path: string; /** name for people; empty when the path says enough */ title: string; /** free text for people */ notes: string; /** words to find it by, sorted */ labels: readonly (string)[]; /** UTC, RFC 3339 */ createdAt: string; state: "on" | "off"; live: Schemas['Live'] | null; /** nobody may publish it */ forbidden: { /** null: until it is resumed */ until: string | null; reason: string } | null; /** signed URL of its newest picture */ poster: string; publish: Schemas['PublishUrls']; play: Schemas['PlayUrls'] }
  Viewer: { id: string; /** http-flv, ws-flv, hls, rtmp ... */ protocol: string; remote: string; agent: string; /** UTC, RFC 3339 */ startedAt: string; bytesSent: number; /** accepted and not yet taken by the network */ bufferedBytes: number; /** left out because this viewer was too slow */ framesDropped: number; /** how far the picture is behind, as the player reports it */ delayMs?: number | undefined; /** frames the player could not show, as it reports them */ playerDroppedFrames?: number | undefined; /** finds the request in log, events and trace */ traceId?: string | undefined }
  TraceEntry: { /** UTC, RFC 3339 */ at: string; /** where it happened */ nodeId: string; step: "publish asked" | "publish refused" | "publish started" | "first frame" | "first keyframe" | "timestamp jump" | "discontinuity" | "publisher kicked" | "publish stopped" | "viewer asked" | "viewer refused" | "viewer joined" | "viewer kicked" | "viewer left"; /** finds the request in log, events and trace */ traceId?: string | undefined; /** id of the publisher or viewer */ who?: string | undefined; protocol?: string | undefined; remote?: string | undefined; reason?: string | undefined }
  Device: { id: string; space: string; protocol: "gb28181"; /** camera, recorder, lower platform */ type: "ipc" | "nvr" | "platform"; /** code of 20 digits (GB/T 28181-2022 Annex E) */ gbId: string; /** for people; the code when nobody names it */ name: string; /** false: registrations are refused */ enabled: boolean; /** how media comes; `auto` takes what the device has shown to work, TCP passive first */ media: "auto" | "udp" | "tcp-passive" | "tcp-active"; charset: "auto" | "gb18030" | "utf-8"; /** what the device is asked to tell by itself */ subscribe: { /** changes of channels */ catalog: boolean; alarm: boolean; /** seconds between positions; null: none */ positionS: number | null }; /** as people set them */ quirks: Record<string, string | number | boolean>; /** server it is sent to with 302; null: it stays here */ redirect: { /** code of 20 digits (GB/T 28181-2022 Annex E) */ gbId: string; host: string; port: number } | null; /** directory it is in; null: at the top of its space */ directoryId: string | null; description: string; /** as people write it; what the device says is `manufacturer` */ vendor: string; /** degrees, WGS-84 */ longitude: number | null; /** degrees, WGS-84 */ latitude: number | null; /** its channels run whenever it is there, also while nobody watches */ autoStart: boolean; /** free text for programs */ params: string; /** as a node learnt them */ learntQuirks: Record<string, string | number | boolean>; /** it has its own; otherwise that of its space counts */ passwordSet: boolean; /** UTC, RFC 3339 */ createdAt: string; /** new: never registered; suspect: its sign of life is late; failed: wrong credentials, locked */ state: "new" | "on" | "suspect" | "off" | "failed"; /** why it is in this state; empty: nothing to say */ reason: string; /** since when; null: never registered */ stateAt: string | null; /** last registration */ registeredAt: string | null; /** end of that registration */ registeredUntil: string | null; /** last sign of it that was told */ lastSeenAt: string | null; /** node it registered at last */ nodeId: string | null; /** address and port of its signalling */ remote: string; /** UDP, TCP or TLS */ transport: string; /** X-GB-Ver: 2.0 is the edition of 2016, 3.0 that of 2022; empty: it says none */ gbVersion: string; userAgent: string; manufacturer: string; model: string; firmware: string; /** last catalog: when it ended, how many entries it promised and how many came */ catalog: { /** UTC, RFC 3339 */ at: string; promised: number; received: number } | null; /** its streams are kept off; null: they are not */ stopped: { until: string | null } | null; stats: { channels: number; online: number } }
  CatalogSync: { /** name of the catalog to come */ sync: string }
  DeviceAnswer: { /** in the words of the device */ answer: Record<string, unknown> }
  PendingDevice: { id: string; space: string; gbId: string; remote: string; agent: string; /** UTC, RFC 3339 */ firstAt: string; /** UTC, RFC 3339 */ lastAt: string; /** how often */ asked: number; /** null: it waits */ rejectedBy: string | null }
  GbServer: { serverId: string; domain: string; host: string; /** null: no node takes devices */ port: number | null; tlsPort: number | null; transports: readonly ("udp" | "tcp" | "tls")[]; space: string; admission: "listed" | "password" | "approve"; /** of the space, for whoever may see its keys; null: none is set, or it is not shown */ password: string | null; passwordSet: boolean; /** seconds to enter as validity of the registration */ registerExpiresS: number; /** seconds to enter between signs of life */ keepaliveS: number }
  NextIds: { gbIds: readonly (string)[] }
  Alarm: { id: string; deviceId: string; deviceName: string; space: string; channelId: string | null; channelGbId: string; channelName: string | null; /** 1 highest to 4; 0: not said */ priority: number; /** 1 phone, 2 device, 3 SMS, 4 GPS, 5 video, 6 device fault, 7 other */ method: number; /** of method 2: 1 video lost, 2 tampered ...; of 5: 1 manual, 2 motion ...; of 6: 1 disk, 2 fan */ alarmType: number | null; description: string; longitude: number | null; latitude: number | null; /** by the clock of the device */ alarmAt: string; /** when it came */ at: string; acknowledgedAt: string | null; acknowledgedBy: string | null; /** stream of the channel when it was recorded then: /streams/{id}/replay from around `at` */ recordedStreamId: string | null; /** picture taken within 15 s of it: /snapshots/{id} */ snapshotId: string | null }
  Position: { deviceId: string; /** code of the device, or of the channel that moves */ gbId: string; /** UTC, RFC 3339 */ at: string; longitude: number; latitude: number; /** km/h */ speed: number | null; /** degrees clockwise from north */ direction: number | null; /** metres */ altitude: number | null }
  Track: { items: readonly (Schemas['Position'])[]; /** false: the end is further than told here */ complete: boolean }
  User: { id: string; name: string; role: "administrator" | "operator" | "viewer" }
  Me: { /** of the account; for an API key of the one who made it */ id: string; name: string; role: "administrator" | "operator" | "viewer"; /** user: logged in; key: an API key */ kind: "user" | "key" | "system"; /** what may be asked for with this token, e.g. streams.write */ permissions: readonly (string)[] }
  Session: { /** send it as `Authorization: Bearer <token>`; shown only here */ token: string; /** UTC, RFC 3339 */ expiresAt: string; user: Schemas['User'] }
  SessionEntry: { id: string; userId: string; userName: string; /** UTC, RFC 3339 */ createdAt: string; /** UTC, RFC 3339 */ expiresAt: string; /** to the minute; UTC, RFC 3339 */ lastUsedAt: string; /** address of the login */ remote: string; /** User-Agent of the login */ agent: string; /** the session of this request */ current: boolean }
  ApiKey: { id: string; name: string; /** who made it */ userId: string; userName: string; /** what the key may, within the role of who made it: read; write streams, spaces, users, system; metrics */ scopes: readonly ("read" | "streams:write" | "devices:write" | "devices:control" | "spaces:write" | "users:write" | "system:write" | "metrics")[]; /** UTC, RFC 3339 */ createdAt: string; /** null: never */ expiresAt: string | null; /** to the minute; null: never */ lastUsedAt: string | null; /** address, or empty */ lastUsedFrom: string }
  NewApiKey: { id: string; name: string; /** who made it */ userId: string; userName: string; /** what the key may, within the role of who made it: read; write streams, spaces, users, system; metrics */ scopes: readonly ("read" | "streams:write" | "devices:write" | "devices:control" | "spaces:write" | "users:write" | "system:write" | "metrics")[]; /** UTC, RFC 3339 */ createdAt: string; /** null: never */ expiresAt: string | null; /** to the minute; null: never */ lastUsedAt: string | null; /** address, or empty */ lastUsedFrom: string; /** the key: send it as `Authorization: Bearer <key>`; shown only here */ secret: string }
  AttemptSummary: { id: string; kind: "register" | "catalog" | "query" | "control" | "play" | "playback" | "download" | "talk" | "broadcast" | "cascade"; space: string; /** null: a device nobody knows */ deviceId: string | null; gbId: string; /** code */ channel: string | null; nodeId: string; /** UTC, RFC 3339 */ startedAt: string; /** UTC, RFC 3339 */ endedAt: string; ok: boolean; /** what was found, one of a closed list: ok, noAnswer, answeredButNoPackets ... */ verdict: string; /** the same in words */ summary: string; /** what to do */ advice: string; /** milliseconds until answer, first packet and first keyframe; counters of the media */ figures: Record<string, number | string | boolean | null> }
  Attempt: { id: string; kind: "register" | "catalog" | "query" | "control" | "play" | "playback" | "download" | "talk" | "broadcast" | "cascade"; space: string; /** null: a device nobody knows */ deviceId: string | null; gbId: string; /** code */ channel: string | null; nodeId: string; /** UTC, RFC 3339 */ startedAt: string; /** UTC, RFC 3339 */ endedAt: string; ok: boolean; /** what was found, one of a closed list: ok, noAnswer, answeredButNoPackets ... */ verdict: string; /** the same in words */ summary: string; /** what to do */ advice: string; /** milliseconds until answer, first packet and first keyframe; counters of the media */ figures: Record<string, number | string | boolean | null>; messages: readonly ({ /** after the start */ ms: number; direction: "in" | "out"; line: string; /** the whole message, shortened, without secrets */ text: string; local: string; remote: string; transport: string })[] }
  AuditEntry: { /** grows with each entry */ number: number; /** UTC, RFC 3339 */ at: string; actor: { /** nobody: a login that was refused */ kind: "user" | "key" | "system" | "nobody"; /** of the user; empty for system and nobody */ id: string; /** name then */ name: string }; /** one of session.create, session.refuse, session.revoke, user.create, user.update, user.password, user.delete, apiKey.create, apiKey.revoke, space.create, space.update, space.delete, space.rotatePushKey, space.rotatePlayKey, stream.create, stream.update, stream.delete, stream.kick, stream.forbid, stream.resume, viewer.kick, device.create, device.update, device.delete, device.import, device.unlock, device.start, device.stop, device.reboot, device.sync, device.approve, device.reject, channel.update, channel.bind, channel.control, channel.configure, channel.talk, directory.create, directory.update, directory.delete, alarm.acknowledge, alarm.reset, parent.create, parent.update, parent.delete, parent.share, quirk.set, quirk.delete, system.reload, site.update, node.update, node.delete, template.create, template.update, template.delete, template.bind, template.unbind, plan.create, plan.update, plan.delete, recording.start, recording.stop, recording.release, recording.event, recording.update, recording.delete, recording.rebuild, snapshot.take, snapshot.delete, export.create, callback.create, callback.update, callback.delete, callback.test, callback.replay */ action: string; /** id of what was changed, of a space its name */ object: string; /** changed fields before, secrets masked; null: it did not exist, or nothing to say */ before: Record<string, unknown> | null; /** changed fields after; null: it does not exist any more, or nothing to say */ after: Record<string, unknown> | null; /** address the request came from */ remote: string; traceId: string }
  Callback: { id: string; /** for people */ name: string; /** http or https; events are sent there by POST as JSON */ url: string; /** what is told */ events: readonly ("record_started" | "record_paused" | "record_resumed" | "record_stopped" | "record_error" | "record_file" | "snapshot_created" | "stream_status" | "device_status" | "device_alarm")[]; /** which streams: all, those of a space, or those recorded by a template */ scope: "all" | "space" | "template"; /** name of the space or id of the template; empty for all */ target: string; /** ALI-LIVE-TIMESTAMP and ALI-LIVE-SIGNATURE are sent too */ aliSignature: boolean; /** false: what happens is not collected, what waits is not sent */ enabled: boolean; /** UTC, RFC 3339 */ createdAt: string; /** deliveries on their way */ waiting: number; /** of the last three days */ delivered: number; /** deliveries that were given up; they can be sent again */ dead: number }
  NewCallback: { id: string; /** for people */ name: string; /** http or https; events are sent there by POST as JSON */ url: string; /** what is told */ events: readonly ("record_started" | "record_paused" | "record_resumed" | "record_stopped" | "record_error" | "record_file" | "snapshot_created" | "stream_status" | "device_status" | "device_alarm")[]; /** which streams: all, those of a space, or those recorded by a template */ scope: "all" | "space" | "template"; /** name of the space or id of the template; empty for all */ target: string; /** ALI-LIVE-TIMESTAMP and ALI-LIVE-SIGNATURE are sent too */ aliSignature: boolean; /** false: what happens is not collected, what waits is not sent */ enabled: boolean; /** UTC, RFC 3339 */ createdAt: string; /** deliveries on their way */ waiting: number; /** of the last three days */ delivered: number; /** deliveries that were given up; they can be sent again */ dead: number; /** signs what is sent; shown only here */ secret: string }
  CallbackTest: { /** answered with 200 to 299 */ ok: boolean; /** null: no answer */ status: number | null; error: string; /** begin of the body */ answer: string; durationMs: number }
  Delivery: { /** the same in every try, so that a receiver knows a repetition */ id: string; callbackId: string; event: "record_started" | "record_paused" | "record_resumed" | "record_stopped" | "record_error" | "record_file" | "snapshot_created" | "stream_status" | "device_status" | "device_alarm"; /** path of a stream, or id of a device; told in order for each */ object: string; /** dead: given up after 15 tries in about eight hours */ state: "waiting" | "delivered" | "dead"; attempts: number; /** next try; null when it is over */ nextAt: string | null; /** UTC, RFC 3339 */ createdAt: string; finishedAt: string | null; /** HTTP status of the last answer; null: none came */ lastStatus: number | null; lastError: string; /** begin of the body of the last answer */ lastAnswer: string; /** JSON that is sent; a field `url` is added when it is */ body: string }
  Channel: { id: string; deviceId: string; deviceGbId: string; deviceName: string; /** new: never registered; suspect: its sign of life is late; failed: wrong credentials, locked */ deviceState: "new" | "on" | "suspect" | "off" | "failed"; space: string; gbId: string; kind: "video" | "audioIn" | "audioOut" | "alarmIn" | "alarmOut" | "other"; /** as shown: the given one, else the told one, else the code */ name: string; /** as its catalog says */ toldName: string; /** as people call it; null: as its catalog says */ givenName: string | null; manufacturer: string; model: string; civilCode: string; address: string; parentIds: readonly (string)[]; businessGroupId: string | null; parental: boolean; /** as its catalog says */ status: "on" | "off"; longitude: number | null; latitude: number | null; /** 0 not said, 1 dome, 2 half dome, 3 fixed, 4 remote bullet, 5 remote half dome, 6, 7 split */ ptzType: number; /** the other fields of the catalog by their names in the standard */ more: Record<string, string>; enabled: boolean; directoryId: string | null; /** of its stream */ path: string; /** UTC, RFC 3339 */ createdAt: string; /** when its catalog told of it last */ updatedAt: string; /** whether it can be watched */ state: "on" | "off"; /** why not; empty: it can */ reason: string; /** its stream is running */ live: { nodeId: string; viewers: number; bitrateKbps: number } | null; /** opening one of them starts the channel */ play: Schemas['PlayUrls'] }
  ChannelPlay: { /** it is listed under /streams too */ streamId: string; path: string; play: Schemas['PlayUrls']; /** from this request to the first keyframe */ firstPictureMs: number; /** /attempts/{attempt} has the messages */ attempt: string }
  ControlResult: { /** answered: the device said OK; sent: there is no answer to it */ result: "answered" | "sent" }
  Preset: { number: number; name: string }
  Cruise: { number: number; name: string }
  CruisePoint: { preset: number; /** seconds */ dwellS: number | null; /** 1 to 15 */ speed: number | null }
  ForbiddenStream: { /** space/app/name; the stream may have been deleted */ path: string; /** null: until it is resumed */ until: string | null; reason: string; /** UTC, RFC 3339 */ since: string; /** name of who did it */ by: string }
  Operation: { id: string; /** noun.verb, e.g. streams.kick */ kind: string; state: "running" | "done" | "failed" | "cancelled"; userId: string; /** who started it */ userName: string; /** UTC, RFC 3339 */ createdAt: string; finishedAt: string | null; /** steps done */ done: number; /** steps in all; null: not known */ total: number | null; /** what became of each step */ rows: readonly ({ name: string; ok: boolean; error: { code: string; message: string } | null })[]; /** why the whole failed */ error: { code: string; message: string } | null; /** name of the file it made: GET /operations/{id}/file */ file: string | null }
  ImportReport: { created: number; failed: number; rows: readonly ({ /** as a spreadsheet counts them */ row: number; gbId: string; name: string; ok: boolean; error: { code: string; message: string; field: string | null } | null })[] }
  DeviceSnapshot: { id: string; deviceId: string; channelId: string; wanted: number; /** UTC, RFC 3339 */ createdAt: string; /** when the device said it was done */ finishedAt: string | null; ok: boolean; files: readonly ({ name: string; type: string; sizeBytes: number; /** UTC, RFC 3339 */ at: string })[] }
  Directory: { id: string; space: string; /** null: at the top of its space or device */ parentId: string | null; /** own: made by people; others mirror the catalog of a device */ kind: "own" | "area" | "group" | "organisation" | "system" | "device"; name: string; description: string; /** of a mirrored one */ deviceId: string | null; gbId: string | null; /** UTC, RFC 3339 */ createdAt: string }
  TreeNode: { kind: "directory" | "device" | "channel"; id: string; name: string; gbId: string | null; directoryKind: "own" | "area" | "group" | "organisation" | "system" | "device" | null; deviceState: "new" | "on" | "suspect" | "off" | "failed" | null; /** whether a channel can be watched */ online: boolean | null; /** of the stream of a channel */ path: string | null; /** of all below; null: not counted */ counts: { channels: number; online: number } | null; expandable: boolean; /** names from the top down; only of what was searched for */ where: readonly (string)[] }
  Bound: { results: readonly ({ id: string; ok: boolean; error: { code: string; message: string } | null })[] }
  RowResult: { id: string; /** null: done */ error: { code: string; message: string } | null }
  ReplayUrls: { hls: string; /** add `speed` from 0.25 to 16 */ flv: string; wsFlv: string; /** download */ mp4: string; /** the keyframe at `at` (ms since 1970), `width` pixels wide */ thumbnail: string; /** when the signatures end; null when the space is open */ expiresAt: string | null }
  Recording: { id: string; /** space/app/name; the stream may have been deleted */ path: string; space: string; nodeId: string; templateId: string | null; /** the same from a start of recording to its stop */ recordingId: string; cause: "always" | "plan" | "manual" | "event"; format: "fmp4" | "mp4" | "flv" | "hls"; /** recovered: completed after its node had been killed */ state: "open" | "closed" | "recovered"; /** UTC, RFC 3339 */ startedAt: string; /** UTC, RFC 3339 */ endedAt: string; durationS: number; sizeBytes: number; store: string; /** name in the store */ object: string; video: { codec: string; width: number; height: number } | null; audio: { codec: string; sampleRate: number; channels: number } | null; /** of the finished file; null: open or cut off */ sha256: string | null; /** never deleted */ held: boolean; /** only keyframes are left */ thinned: boolean; /** of the plan, or written by people */ subject: string; /** of the plan, or written by people */ teacher: string; note: string; /** its first picture; null without video */ thumbnail: string | null }
  RecordingDetail: { id: string; /** space/app/name; the stream may have been deleted */ path: string; space: string; nodeId: string; templateId: string | null; /** the same from a start of recording to its stop */ recordingId: string; cause: "always" | "plan" | "manual" | "event"; format: "fmp4" | "mp4" | "flv" | "hls"; /** recovered: completed after its node had been killed */ state: "open" | "closed" | "recovered"; /** UTC, RFC 3339 */ startedAt: string; /** UTC, RFC 3339 */ endedAt: string; durationS: number; sizeBytes: number; store: string; /** name in the store */ object: string; video: { codec: string; width: number; height: number } | null; audio: { codec: string; sampleRate: number; channels: number } | null; /** of the finished file; null: open or cut off */ sha256: string | null; /** never deleted */ held: boolean; /** only keyframes are left */ thinned: boolean; /** of the plan, or written by people */ subject: string; /** of the plan, or written by people */ teacher: string; note: string; /** its first picture; null without video */ thumbnail: string | null; /** null: its space is gone */ play: Schemas['ReplayUrls'] | null }
  RecordingNow: { /** off: nothing shall be recorded; waiting: it shall, and is not */ state: "recording" | "waiting" | "paused" | "off"; reason: string; cause: "always" | "plan" | "manual" | "event" | null; nodeId: string | null; recordingId: string | null; since: string | null; /** of the open file */ bytes: number | null; /** lost because the store was too slow */ droppedFragments: number | null; /** by hand; null: the template in force says */ manual: { action: "start" | "stop"; templateId: string | null; /** UTC, RFC 3339 */ since: string; by: string } | null; /** the template in force */ binding: { scope: "space" | "stream"; templateId: string | null; planId: string | null } | null }
  RecordedDay: { /** e.g. 2026-01-05 */ date: string; /** seconds */ recordedS: number; /** UTC, RFC 3339 */ first: string; /** UTC, RFC 3339 */ last: string }
  Gap: { /** UTC, RFC 3339 */ start: string; /** UTC, RFC 3339 */ end: string; reason: string }
  Timeline: { /** UTC, RFC 3339 */ start: string; /** UTC, RFC 3339 */ end: string; path: string; /** recorded without a break */ spans: readonly ({ /** UTC, RFC 3339 */ start: string; /** UTC, RFC 3339 */ end: string })[]; /** should have been recorded and was not */ gaps: readonly (Schemas['Gap'])[]; /** what happened, in order */ events: readonly ({ /** UTC, RFC 3339 */ at: string; kind: "recording" | "alert" | "alarm"; /** started, paused ...; what was wrong; of an alarm its method and type of GB/T 28181, e.g. 5.2 */ name: string; reason: string; /** of an alert that is over */ until: string | null })[] }
  Replay: { /** UTC, RFC 3339 */ start: string; /** UTC, RFC 3339 */ end: string; /** where most of it lies */ nodeId: string; play: Schemas['ReplayUrls'] }
  Store: { nodeId: string; /** name at the node */ store: string; kind: "disk" | "s3"; /** directory, or bucket and prefix */ location: string; state: "ok" | "full" | "unreachable"; reason: string; totalBytes: number | null; /** null: it does not say */ freeBytes: number | null; /** by recordings and snapshots */ usedBytes: number; segments: number; /** waiting to be uploaded */ spoolBytes: number }
  Storage: { /** of all nodes that are connected */ stores: readonly (Schemas['Store'])[]; /** nodes that did not say */ silent: readonly ({ nodeId: string; reason: string })[]; total: { /** recorded files */ segments: number; segmentBytes: number; snapshots: number; snapshotBytes: number }; /** largest first */ spaces: readonly ({ space: string; streams: number; /** recorded files */ segments: number; segmentBytes: number; snapshots: number; snapshotBytes: number })[]; /** the 100 largest */ streams: readonly ({ path: string; /** recorded files */ segments: number; segmentBytes: number; snapshots: number; snapshotBytes: number })[]; /** the last 14, in order */ days: readonly ({ /** begin, UTC */ day: string; writtenBytes: number; deletedBytes: number })[]; forecast: { /** of the stores that say it */ freeBytes: number; /** written less deleted, mean of the last week */ bytesPerDay: number; /** null: it does not grow */ daysLeft: number | null } }
  Coverage: { path: string; /** seconds that should have been recorded, in the hours that the time touches */ plannedS: number; /** seconds of them that were recorded */ recordedS: number; /** 0 to 100 */ percent: number; /** the newest 100, in order */ gaps: readonly (Schemas['Gap'])[] }
  Alert: { id: string; kind: "recording.missing" | "storage.full" | "storage.unreachable" | "callback.failing"; /** path of a stream, node and store, or id of a callback */ object: string; /** null: concerns no single stream */ path: string | null; nodeId: string; reason: string; /** UTC, RFC 3339 */ raisedAt: string; /** null: still wrong */ clearedAt: string | null }
  Export: { /** of its operation: GET /operations/{id}, POST /operations/{id}/cancel */ id: string; path: string; nodeId: string; format: "mp4" | "flv"; /** UTC, RFC 3339 */ start: string; /** UTC, RFC 3339 */ end: string; sizeBytes: number | null; /** signed, to download; null until it is done */ url: string | null; /** UTC, RFC 3339 */ createdAt: string; operation: Schemas['Operation'] }
  FeedEntry: { id: string; type: "stream.on" | "stream.off" | "streams.live" | "viewer.started" | "viewer.stopped" | "refused" | "node.on" | "node.lost" | "device.state" | "device.asked" | "device.catalog" | "device.catalog-part" | "device.channels" | "device.alarm" | "device.finished" | "attempt.failed" | "parent.state" | "recording.state" | "recording.file" | "recording.deleted" | "snapshot.taken" | "storage.state" | "alert" | "operation" | "changed"; /** UTC, RFC 3339 */ at: string; /** what happened, by type */ data: Record<string, unknown> }
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
  Node: { id: string; name: string; version: string; state: "on" | "lost"; /** takes no new publishers and viewers; who is there stays */ draining: boolean; /** UTC, RFC 3339 */ lastSeenAt: string; load: { /** cores used by the node process, 1 is one full core */ cpu: number; /** resident set size */ memoryBytes: number; /** 99th percentile of the event-loop delay */ eventLoopP99Ms: number; /** of the machine, by all its processes: `stats.network` */ networks: readonly ({ name: string; receivedBytesPerSecond: number; sentBytesPerSecond: number })[]; /** the same: `stats.disks` */ disks: readonly ({ name: string; readBytesPerSecond: number; writtenBytesPerSecond: number })[] } | null; streams: number; viewers: number }
  ParentPlatform: { id: string; space: string; name: string; description: string; /** we register with it */ enabled: boolean; /** its code */ serverId: string; /** its SIP domain */ domain: string; host: string; port: number; transport: "udp" | "tcp"; /** our code as it knows us */ localId: string; /** empty: our code */ username: string; /** seconds a registration is asked for */ expiresS: number; /** seconds between keepalives */ keepaliveS: number; charset: "gb18030" | "utf-8"; passwordSet: boolean; /** UTC, RFC 3339 */ createdAt: string; state: "on" | "off" | "failed"; reason: string; stateAt: string | null }
  Share: { channelId: string; channelName: string; channelGbId: string; deviceId: string; /** its code there */ sharedId: string; /** its name there */ name: string; /** virtual directory there */ groupGbId: string | null; /** shared because it is in this directory; null: by itself */ directoryId: string | null }
  Shared: { results: readonly ({ channelId: string; sharedId: string | null; ok: boolean; error: { code: string; message: string } | null })[] }
  StreamShare: { streamId: string; path: string; /** its code there */ sharedId: string; /** its name there */ name: string; /** virtual directory there */ groupGbId: string | null }
  SharedStreams: { results: readonly ({ streamId: string; sharedId: string | null; ok: boolean; error: { code: string; message: string } | null })[] }
  Unshared: { unshared: number }
  ParentGroup: { gbId: string; name: string; parentGbId: string | null; /** its channels are shared as they come and go; null: only for the tree */ directoryId: string | null }
  Quirk: { id: string; vendor: string; model: string; firmware: string; source: "set" | "learnt"; quirks: Record<string, string | number | boolean>; notes: string; /** UTC, RFC 3339 */ updatedAt: string }
  Interval: { /** HH:MM or HH:MM:SS, by the wall of the zone */ start: string; /** up to 24:00 */ end: string; /** recordings made in it are filed by it */ subject: string; /** recordings made in it are filed by it */ teacher: string }
  Plan: { id: string; name: string; /** IANA time zone, e.g. Asia/Shanghai */ zone: string; /** seven days, Monday first; intervals in order */ week: readonly (readonly (Schemas['Interval'])[])[]; /** UTC, RFC 3339 */ createdAt: string }
  DeviceRecording: { /** code */ channel: string; name: string; /** UTC, RFC 3339 */ start: string; /** UTC, RFC 3339 */ end: string; /** time, alarm, manual ... */ kind: string; sizeBytes: number | null; /** in the words of the device */ path: string }
  DeviceRecordings: { items: readonly (Schemas['DeviceRecording'])[]; /** false: the device stopped before it had told all */ complete: boolean }
  Playback: { id: string; channelId: string | null; deviceId: string; kind: "play" | "playback" | "download" | "talk"; state: "starting" | "on" | "paused" | "ended"; path: string; transport: string; /** UTC, RFC 3339 */ startedAt: string; /** of the recording that is shown; null: not known */ position: string | null; speed: number | null; /** of a download, 0 to 1 */ progress: number | null; /** what of pause, seek and speed the device ignored and was done here instead */ ignored: readonly (string)[]; counters: Record<string, number>; /** why it ended; empty: nothing to say */ reason: string; attempt: string | null; play: Schemas['PlayUrls'] }
  Download: { operation: Schemas['Operation']; /** 0 to 1; null: not known */ progress: number | null; /** of the file, signed; null: it is not there */ url: string | null }
  Talk: { /** /playbacks/{session}/stop ends it */ session: string; /** WebSocket; send G.711 A-law of 8 kHz in binary messages */ url: string; /** first message, as text */ token: string }
  Site: { /** names this installation among all others; made at the first start, never changed */ mark: string; name: string; address: string | null; phone: string | null }
  Snapshot: { id: string; /** signed; null: its space is gone */ url: string | null; path: string; space: string; nodeId: string; templateId: string | null; cause: "demand" | "periodic" | "recordingStart" | "recordingEnd" | "recorded" | "device"; format: "jpeg" | "webp"; /** pixels */ width: number; /** pixels */ height: number; sizeBytes: number; /** UTC, RFC 3339 */ takenAt: string; store: string; /** name in the store */ object: string }
  AddressRules: { publish: { allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] }; play: { allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] } }
  RefererRules: { /** clients that name no page may, such as encoders and most players */ allowEmpty: boolean; /** counts beside the other two */ all: { /** empty: all */ allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] }; publish: { /** empty: all */ allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] }; play: { /** empty: all */ allow: readonly (string)[]; /** goes over allow */ deny: readonly (string)[] } }
  Space: { name: string; /** key: publishers need the push key; open: anybody may publish */ publish: "key" | "open"; /** signed: viewers need a signed URL; open: anybody may watch */ play: "signed" | "open"; /** ceiling of the write window */ latency: "low" | "normal"; /** a new viewer gets the newest GOP at once */ gopCache: boolean; /** false: nobody is let in, and who is there is put out */ enabled: boolean; /** null: off, every address may */ addressRules: Schemas['AddressRules'] | null; /** null: off, every page may */ refererRules: Schemas['RefererRules'] | null; /** of all streams together, on one node; null: no limit */ maxViewers: number | null; /** on one node; null: the node's own limit */ maxViewersPerStream: number | null; /** bytes of the chunks RTMP players are sent; null: the node's own size */ chunkSize: number | null; /** what GB/T 28181 devices need */ gb28181: { /** listed: only known devices may register; password: unknown ones with the password are added; approve: they wait in /pending-devices */ admission: "listed" | "password" | "approve"; /** devices are told the time when they register */ sendDate: boolean; /** IANA time zone of the times devices say */ zone: string; /** seconds after the last viewer until a device stops */ stopAfterS: number; passwordSet: boolean }; /** UTC, RFC 3339 */ createdAt: string }
  SpaceKeys: { /** the newest first; it is in new URLs, all are taken */ push: readonly ({ key: string; /** UTC, RFC 3339 */ createdAt: string; /** end of the grace time of a replaced key; null: in force */ validUntil: string | null })[]; /** main, then backup: the main one signs, both are taken */ play: readonly ({ key: string; /** UTC, RFC 3339 */ createdAt: string; /** end of the grace time of a replaced key; null: in force */ validUntil: string | null })[] }
  Template: { id: string; type: "record" | "snapshot"; name: string; notes: string; /** UTC, RFC 3339 */ createdAt: string; /** places it is in force at */ bindings: number; /** null for a snapshot template */ record: { /** auto: by itself; ondemand: only when somebody starts it */ trigger: "auto" | "ondemand"; /** fmp4 plays and survives a crash as it is written; the others are made of it */ format: "fmp4" | "mp4" | "flv" | "hls"; /** seconds of one file; it ends at the next keyframe */ segmentS: number; /** bytes of one file, whichever comes first */ segmentBytes: number | null; /** keyframes that two neighbouring files share */ overlapKeyframes: number; /** seconds kept before an event */ preRecordS: number; /** seconds kept after an event */ postRecordS: number; /** without extension: {Space} {AppName} {StreamName} {EscapedStartTime}, which are needed, {EscapedEndTime} {Date} {Hour} {Sequence} */ objectName: string; /** then deleted; null: never */ retentionDays: number | null; /** of one stream; beyond it the oldest go; null: any */ retentionBytes: number | null; /** then only keyframes are kept; null: never */ thinAfterDays: number | null; /** then moved to the object store; null: never */ tierAfterDays: number | null; /** encrypted at rest */ encrypt: boolean; /** a picture at begin and end of each recording */ snapshots: boolean } | null; /** null for a record template */ snapshot: { /** overwrite: always the newest under one name; sequence: one after the other; ondemand: when asked for */ trigger: "overwrite" | "sequence" | "ondemand"; /** seconds from one picture to the next */ intervalS: number; format: "jpeg" | "webp"; quality: number; /** pixels; null: as the stream */ width: number | null; /** without extension: {Space} {AppName} {StreamName}, which are needed; {UnixTimestamp} or {Sequence} unless it is overwritten */ objectName: string; /** then deleted; null: never */ retentionDays: number | null } | null }
  Binding: { /** stream: goes over what its space says */ scope: "space" | "stream"; /** name of the space, or space/app/name of the stream */ target: string; type: "record" | "snapshot"; /** null: nothing is done here, whatever the space says */ templateId: string | null; /** when to record; null: always */ planId: string | null }
  BindingResult: { scope: "space" | "stream"; target: string; /** null: done */ error: { code: string; message: string } | null }
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
    query: { ttlSeconds?: number | undefined; /** seconds behind the live picture */ delay?: number | undefined; /** plays from then on, where it is recorded */ start?: string | undefined }
    body: never
    answer: Schemas['StreamUrls']
  }
  /** Whether the stream is being recorded, why, and what is in force */
  getStreamRecording: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['RecordingNow']
  }
  /** Start or stop recording by hand, or leave it to the template in force again */
  controlRecording: {
    path: { id: string }
    query: never
    body: { /** start, stop: in force over restarts, whatever templates say; release: templates say again */ action: "start" | "stop" | "release"; /** how to record; null: as the template in force */ templateId?: string | null | undefined }
    answer: Schemas['RecordingNow']
  }
  /** Something happened: keep what was before and what comes after */
  recordEvent: {
    path: { id: string }
    query: never
    body: { /** seconds; of the template when left out */ beforeS?: number | undefined; /** seconds; of the template when left out */ afterS?: number | undefined; reason?: string | undefined }
    answer: { recordingId: string }
  }
  /** Recorded files of a stream, a space or everything, by time */
  listRecordings: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** id of a stream */ stream?: string | undefined; /** space/app/name, also of a stream that was deleted */ path?: string | undefined; space?: string | undefined; /** recorded after, at least in part; RFC 3339 */ start?: string | undefined; /** recorded before, at least in part; RFC 3339 */ end?: string | undefined; /** recordingId */ recording?: string | undefined; /** id of a template */ template?: string | undefined; cause?: "always" | "plan" | "manual" | "event" | undefined; subject?: string | undefined; teacher?: string | undefined; held?: "true" | "false" | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "startedAt" | "-startedAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Recording'])[]; nextCursor: string | null }
  }
  /** One recorded file, with URLs to play it */
  getRecording: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['RecordingDetail']
  }
  /** Write subject, teacher and note on a recording, or hold it: it is never deleted */
  updateRecording: {
    path: { id: string }
    query: never
    body: { subject?: string | undefined; teacher?: string | undefined; note?: string | undefined; /** true: never deleted, by nobody, until it is released */ held?: boolean | undefined }
    answer: Schemas['RecordingDetail']
  }
  /** Delete a recording: record, file and its pictures go together */
  deleteRecording: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Delete many; those that are held or being played stay, and each says why */
  deleteRecordings: {
    path: never
    query: never
    body: { ids: readonly (string)[] }
    answer: { items: readonly (Schemas['RowResult'])[] }
  }
  /** Make the index anew from what the nodes have, as an operation */
  rebuildRecordings: {
    path: never
    query: never
    body: Record<string, never> | null | undefined
    answer: Schemas['Operation']
  }
  /** Days of a month on which the stream was recorded */
  listRecordingDays: {
    path: { id: string }
    query: { /** e.g. 2026-01; the present one when left out */ month?: string | undefined; /** IANA time zone of the days */ zone?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['RecordedDay'])[] }
  }
  /** What of the stream was recorded, what is missing and why, and what happened; up to a month at once */
  getTimeline: {
    path: { id: string }
    query: { /** RFC 3339; a day before `end` when left out */ start?: string | undefined; /** RFC 3339; now when left out */ end?: string | undefined }
    body: never
    answer: Schemas['Timeline']
  }
  /** Signed URLs that play a time of the stream */
  getReplay: {
    path: { id: string }
    query: { /** RFC 3339; a day before `end` when left out */ start?: string | undefined; /** RFC 3339; now when left out */ end?: string | undefined; ttlSeconds?: number | undefined }
    body: never
    answer: Schemas['Replay']
  }
  /** Take a picture of the stream now, or of any recorded second */
  takeSnapshot: {
    path: { id: string }
    query: never
    body: { /** any recorded second; null: now */ at?: string | null | undefined; /** format, quality and width are taken from it */ templateId?: string | null | undefined; format?: "jpeg" | "webp" | undefined; quality?: number | undefined; /** pixels; null: as the stream */ width?: number | null | undefined }
    answer: Schemas['Snapshot']
  }
  /** Pictures of a stream, a space or everything, by time */
  listSnapshots: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** id of a stream */ stream?: string | undefined; /** space/app/name, also of a stream that was deleted */ path?: string | undefined; space?: string | undefined; /** RFC 3339 */ start?: string | undefined; /** RFC 3339 */ end?: string | undefined; cause?: "demand" | "periodic" | "recordingStart" | "recordingEnd" | "recorded" | "device" | undefined; /** id of a template */ template?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "takenAt" | "-takenAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Snapshot'])[]; nextCursor: string | null }
  }
  /** One picture */
  getSnapshot: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Snapshot']
  }
  /** Delete a picture */
  deleteSnapshot: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Delete many pictures; tells what became of each */
  deleteSnapshots: {
    path: never
    query: never
    body: { ids: readonly (string)[] }
    answer: { items: readonly (Schemas['RowResult'])[] }
  }
  /** Make one file of a time of a stream, as an operation; GET /exports/{id} has its URL */
  createExport: {
    path: never
    query: never
    body: { /** id of a stream */ stream: string; /** UTC, RFC 3339 */ start: string; /** UTC, RFC 3339 */ end: string; format?: "mp4" | "flv" | undefined }
    answer: Schemas['Operation']
  }
  /** Exports of the caller, for administrators all */
  listExports: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "createdAt" | "-createdAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Export'])[]; nextCursor: string | null }
  }
  /** How far an export is, and its URL when it is done */
  getExport: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Export']
  }
  /** Stores of all nodes, what is in them, what each day adds, and days left */
  getStorage: {
    path: never
    query: { /** streams and days of this space only */ space?: string | undefined }
    body: never
    answer: Schemas['Storage']
  }
  /** What should have been recorded of each stream, what was, and why not the rest */
  listCoverage: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** id of a stream */ stream?: string | undefined; space?: string | undefined; /** RFC 3339; a day before `end` when left out */ start?: string | undefined; /** RFC 3339; now when left out */ end?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "path" | "-path" | undefined }
    body: never
    answer: { items: readonly (Schemas['Coverage'])[]; nextCursor: string | null }
  }
  /** What is wrong with recordings, stores and callbacks, and what was */
  listAlerts: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; state?: "open" | "cleared" | undefined; kind?: "recording.missing" | "storage.full" | "storage.unreachable" | "callback.failing" | undefined; /** space/app/name */ path?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "raisedAt" | "-raisedAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Alert'])[]; nextCursor: string | null }
  }
  /** Who is told what happens */
  listCallbacks: {
    path: never
    query: never
    body: never
    answer: { items: readonly (Schemas['Callback'])[] }
  }
  /** Have somebody told what happens; the secret that signs it is in this answer only */
  createCallback: {
    path: never
    query: never
    body: { /** for people */ name?: string | undefined; /** http or https; events are sent there by POST as JSON */ url: string; /** what is told */ events: readonly ("record_started" | "record_paused" | "record_resumed" | "record_stopped" | "record_error" | "record_file" | "snapshot_created" | "stream_status" | "device_status" | "device_alarm")[]; /** which streams: all, those of a space, or those recorded by a template */ scope?: "all" | "space" | "template" | undefined; /** name of the space or id of the template; empty for all */ target?: string | undefined; /** ALI-LIVE-TIMESTAMP and ALI-LIVE-SIGNATURE are sent too */ aliSignature?: boolean | undefined; /** false: what happens is not collected, what waits is not sent */ enabled?: boolean | undefined }
    answer: Schemas['NewCallback']
  }
  /** One callback */
  getCallback: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Callback']
  }
  /** Change a callback; what waits goes to the new URL */
  updateCallback: {
    path: { id: string }
    query: never
    body: { /** for people */ name?: string | undefined; /** http or https; events are sent there by POST as JSON */ url?: string | undefined; /** what is told */ events?: readonly ("record_started" | "record_paused" | "record_resumed" | "record_stopped" | "record_error" | "record_file" | "snapshot_created" | "stream_status" | "device_status" | "device_alarm")[] | undefined; /** which streams: all, those of a space, or those recorded by a template */ scope?: "all" | "space" | "template" | undefined; /** name of the space or id of the template; empty for all */ target?: string | undefined; /** ALI-LIVE-TIMESTAMP and ALI-LIVE-SIGNATURE are sent too */ aliSignature?: boolean | undefined; /** false: what happens is not collected, what waits is not sent */ enabled?: boolean | undefined }
    answer: Schemas['Callback']
  }
  /** Delete a callback; what waits is never sent */
  deleteCallback: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Send something now, and tell what the receiver answers */
  testCallback: {
    path: { id: string }
    query: never
    body: Record<string, never> | null | undefined
    answer: Schemas['CallbackTest']
  }
  /** What was sent, what waits and what was given up */
  listDeliveries: {
    path: { id: string }
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; state?: "waiting" | "delivered" | "dead" | undefined; event?: "record_started" | "record_paused" | "record_resumed" | "record_stopped" | "record_error" | "record_file" | "snapshot_created" | "stream_status" | "device_status" | "device_alarm" | undefined; object?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "createdAt" | "-createdAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Delivery'])[]; nextCursor: string | null }
  }
  /** Send something once more, before what waits about the same stream or device */
  replayDelivery: {
    path: { id: string }
    query: never
    body: Record<string, never> | null | undefined
    answer: Schemas['Delivery']
  }
  /** How streams are recorded and photographed */
  listTemplates: {
    path: never
    query: { type?: "record" | "snapshot" | undefined }
    body: never
    answer: { items: readonly (Schemas['Template'])[] }
  }
  /** Make a record or snapshot template; what is left out has a sensible value */
  createTemplate: {
    path: never
    query: never
    body: { type: "record" | "snapshot"; /** unique within its type */ name: string; notes?: string | undefined; /** what is left out has a sensible value */ record?: { /** auto: by itself; ondemand: only when somebody starts it */ trigger?: "auto" | "ondemand" | undefined; /** fmp4 plays and survives a crash as it is written; the others are made of it */ format?: "fmp4" | "mp4" | "flv" | "hls" | undefined; /** seconds of one file; it ends at the next keyframe */ segmentS?: number | undefined; /** bytes of one file, whichever comes first */ segmentBytes?: number | null | undefined; /** keyframes that two neighbouring files share */ overlapKeyframes?: number | undefined; /** seconds kept before an event */ preRecordS?: number | undefined; /** seconds kept after an event */ postRecordS?: number | undefined; /** without extension: {Space} {AppName} {StreamName} {EscapedStartTime}, which are needed, {EscapedEndTime} {Date} {Hour} {Sequence} */ objectName?: string | undefined; /** then deleted; null: never */ retentionDays?: number | null | undefined; /** of one stream; beyond it the oldest go; null: any */ retentionBytes?: number | null | undefined; /** then only keyframes are kept; null: never */ thinAfterDays?: number | null | undefined; /** then moved to the object store; null: never */ tierAfterDays?: number | null | undefined; /** encrypted at rest */ encrypt?: boolean | undefined; /** a picture at begin and end of each recording */ snapshots?: boolean | undefined } | undefined; /** what is left out has a sensible value */ snapshot?: { /** overwrite: always the newest under one name; sequence: one after the other; ondemand: when asked for */ trigger?: "overwrite" | "sequence" | "ondemand" | undefined; /** seconds from one picture to the next */ intervalS?: number | undefined; format?: "jpeg" | "webp" | undefined; quality?: number | undefined; /** pixels; null: as the stream */ width?: number | null | undefined; /** without extension: {Space} {AppName} {StreamName}, which are needed; {UnixTimestamp} or {Sequence} unless it is overwritten */ objectName?: string | undefined; /** then deleted; null: never */ retentionDays?: number | null | undefined } | undefined }
    answer: Schemas['Template']
  }
  /** One template */
  getTemplate: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Template']
  }
  /** Change a template; open files are finished as they were begun */
  updateTemplate: {
    path: { id: string }
    query: never
    body: { name?: string | undefined; notes?: string | undefined; /** what is left out has a sensible value */ record?: { /** auto: by itself; ondemand: only when somebody starts it */ trigger?: "auto" | "ondemand" | undefined; /** fmp4 plays and survives a crash as it is written; the others are made of it */ format?: "fmp4" | "mp4" | "flv" | "hls" | undefined; /** seconds of one file; it ends at the next keyframe */ segmentS?: number | undefined; /** bytes of one file, whichever comes first */ segmentBytes?: number | null | undefined; /** keyframes that two neighbouring files share */ overlapKeyframes?: number | undefined; /** seconds kept before an event */ preRecordS?: number | undefined; /** seconds kept after an event */ postRecordS?: number | undefined; /** without extension: {Space} {AppName} {StreamName} {EscapedStartTime}, which are needed, {EscapedEndTime} {Date} {Hour} {Sequence} */ objectName?: string | undefined; /** then deleted; null: never */ retentionDays?: number | null | undefined; /** of one stream; beyond it the oldest go; null: any */ retentionBytes?: number | null | undefined; /** then only keyframes are kept; null: never */ thinAfterDays?: number | null | undefined; /** then moved to the object store; null: never */ tierAfterDays?: number | null | undefined; /** encrypted at rest */ encrypt?: boolean | undefined; /** a picture at begin and end of each recording */ snapshots?: boolean | undefined } | undefined; /** what is left out has a sensible value */ snapshot?: { /** overwrite: always the newest under one name; sequence: one after the other; ondemand: when asked for */ trigger?: "overwrite" | "sequence" | "ondemand" | undefined; /** seconds from one picture to the next */ intervalS?: number | undefined; format?: "jpeg" | "webp" | undefined; quality?: number | undefined; /** pixels; null: as the stream */ width?: number | null | undefined; /** without extension: {Space} {AppName} {StreamName}, which are needed; {UnixTimestamp} or {Sequence} unless it is overwritten */ objectName?: string | undefined; /** then deleted; null: never */ retentionDays?: number | null | undefined } | undefined }
    answer: Schemas['Template']
  }
  /** Delete a template that is bound nowhere; what was made by it stays */
  deleteTemplate: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Where a template is in force */
  listTemplateBindings: {
    path: { id: string }
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "target" | "-target" | undefined }
    body: never
    answer: { items: readonly (Schemas['Binding'])[]; nextCursor: string | null }
  }
  /** Bring a template into force at spaces and streams; tells what became of each */
  bindTemplate: {
    path: { id: string }
    query: never
    body: { targets: readonly ({ scope: "space" | "stream"; /** name of the space, or space/app/name of the stream */ target: string })[]; /** when to record; null: always */ planId?: string | null | undefined; /** also where another template of the type is bound */ replace?: boolean | undefined }
    answer: { items: readonly (Schemas['BindingResult'])[] }
  }
  /** Which templates are in force where */
  listBindings: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; type?: "record" | "snapshot" | undefined; scope?: "space" | "stream" | undefined; space?: string | undefined; /** id of a template */ template?: string | undefined; /** id of a plan */ plan?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "target" | "-target" | undefined }
    body: never
    answer: { items: readonly (Schemas['Binding'])[]; nextCursor: string | null }
  }
  /** Say what is in force at one place, instead of what was; a stream goes over its space */
  setBinding: {
    path: never
    query: never
    body: { scope: "space" | "stream"; /** name of the space, or space/app/name of the stream */ target: string; type: "record" | "snapshot"; /** null: nothing is done here, whatever the space says */ templateId: string | null; planId?: string | null | undefined }
    answer: Schemas['Binding']
  }
  /** Take templates off; at streams what their space says is in force again */
  unbindTemplates: {
    path: never
    query: never
    body: { type: "record" | "snapshot"; targets: readonly ({ scope: "space" | "stream"; /** name of the space, or space/app/name of the stream */ target: string })[] }
    answer: { items: readonly (Schemas['BindingResult'])[] }
  }
  /** Weekly plans of when to record */
  listPlans: {
    path: never
    query: never
    body: never
    answer: { items: readonly (Schemas['Plan'])[] }
  }
  /** Make a weekly plan; bind it to a space or stream together with a record template */
  createPlan: {
    path: never
    query: never
    body: { /** unique */ name: string; /** IANA time zone, e.g. Asia/Shanghai */ zone: string; /** seven days, Monday first; up to 8 intervals a day that do not overlap */ week: readonly (readonly ({ start: string; end: string | "24:00"; subject?: string | undefined; teacher?: string | undefined })[])[] }
    answer: Schemas['Plan']
  }
  /** One plan */
  getPlan: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Plan']
  }
  /** Change name, zone or the whole week of a plan */
  updatePlan: {
    path: { id: string }
    query: never
    body: { /** unique */ name?: string | undefined; /** IANA time zone, e.g. Asia/Shanghai */ zone?: string | undefined; /** seven days, Monday first; up to 8 intervals a day that do not overlap */ week?: readonly (readonly ({ start: string; end: string | "24:00"; subject?: string | undefined; teacher?: string | undefined })[])[] | undefined }
    answer: Schemas['Plan']
  }
  /** Delete a plan that is bound nowhere */
  deletePlan: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Copy all intervals of a day to other days, instead of theirs */
  copyPlanDay: {
    path: { id: string }
    query: never
    body: { from: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"; /** their intervals are replaced */ to: readonly ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[] }
    answer: Schemas['Plan']
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
    query: { /** only these types, separated by commas: stream.on, stream.off, streams.live, viewer.started, viewer.stopped, refused, node.on, node.lost, device.state, device.asked, device.catalog, device.catalog-part, device.channels, device.alarm, device.finished, attempt.failed, parent.state, recording.state, recording.file, recording.deleted, snapshot.taken, storage.state, alert, operation, changed */ types?: string | undefined; /** only streams of this space */ space?: string | undefined; /** only the stream with this id */ stream?: string | undefined; /** so many of the newest events as JSON, the oldest of them first, instead of a stream of what comes */ limit?: number | undefined }
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
  /** Add a camera, recorder or lower platform that may register */
  createDevice: {
    path: never
    query: never
    body: { /** camera, recorder, lower platform */ type?: "ipc" | "nvr" | "platform" | undefined; /** for people; the code when nobody names it */ name?: string | undefined; /** false: registrations are refused */ enabled?: boolean | undefined; /** how media comes; `auto` takes what the device has shown to work, TCP passive first */ media?: "auto" | "udp" | "tcp-passive" | "tcp-active" | undefined; charset?: "auto" | "gb18030" | "utf-8" | undefined; /** what the device is asked to tell by itself */ subscribe?: { /** changes of channels */ catalog: boolean; alarm: boolean; /** seconds between positions; null: none */ positionS: number | null } | undefined; /** ways of a device that differ from the standard, by name */ quirks?: Record<string, string | number | boolean> | undefined; /** server it is sent to with 302; null: it stays here */ redirect?: { /** code of 20 digits (GB/T 28181-2022 Annex E) */ gbId: string; host: string; port: number } | null | undefined; /** directory it is in; null: at the top of its space */ directoryId?: string | null | undefined; description?: string | undefined; /** as people write it; what the device says is `manufacturer` */ vendor?: string | undefined; /** degrees, WGS-84 */ longitude?: number | null | undefined; /** degrees, WGS-84 */ latitude?: number | null | undefined; /** its channels run whenever it is there, also while nobody watches */ autoStart?: boolean | undefined; /** free text for programs */ params?: string | undefined; space?: string | undefined; /** only gb28181; others are refused and the answer says what to do */ protocol?: string | undefined; /** code of 20 digits (GB/T 28181-2022 Annex E) */ gbId: string; /** what it registers with; null: the password of its space. It is never answered */ password?: string | null | undefined }
    answer: Schemas['Device']
  }
  /** Devices with their state and the number of their channels */
  listDevices: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; space?: string | undefined; /** part of name, code, description, vendor or address */ q?: string | undefined; type?: "ipc" | "nvr" | "platform" | undefined; /** new: never registered; suspect: its sign of life is late; failed: wrong credentials, locked */ state?: "new" | "on" | "suspect" | "off" | "failed" | undefined; /** in this directory */ directory?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "name" | "-name" | "gbId" | "-gbId" | "state" | "-state" | "createdAt" | "-createdAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['Device'])[]; nextCursor: string | null }
  }
  /** One device */
  getDevice: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Device']
  }
  /** Change a device; the nodes hear of it at once */
  updateDevice: {
    path: { id: string }
    query: never
    body: { /** camera, recorder, lower platform */ type?: "ipc" | "nvr" | "platform" | undefined; /** code of 20 digits (GB/T 28181-2022 Annex E) */ gbId?: string | undefined; /** for people; the code when nobody names it */ name?: string | undefined; /** false: registrations are refused */ enabled?: boolean | undefined; /** how media comes; `auto` takes what the device has shown to work, TCP passive first */ media?: "auto" | "udp" | "tcp-passive" | "tcp-active" | undefined; charset?: "auto" | "gb18030" | "utf-8" | undefined; /** what the device is asked to tell by itself */ subscribe?: { /** changes of channels */ catalog: boolean; alarm: boolean; /** seconds between positions; null: none */ positionS: number | null } | undefined; /** ways of a device that differ from the standard, by name */ quirks?: Record<string, string | number | boolean> | undefined; /** server it is sent to with 302; null: it stays here */ redirect?: { /** code of 20 digits (GB/T 28181-2022 Annex E) */ gbId: string; host: string; port: number } | null | undefined; /** directory it is in; null: at the top of its space */ directoryId?: string | null | undefined; description?: string | undefined; /** as people write it; what the device says is `manufacturer` */ vendor?: string | undefined; /** degrees, WGS-84 */ longitude?: number | null | undefined; /** degrees, WGS-84 */ latitude?: number | null | undefined; /** its channels run whenever it is there, also while nobody watches */ autoStart?: boolean | undefined; /** free text for programs */ params?: string | undefined; /** what it registers with; null: the password of its space. It is never answered */ password?: string | null | undefined }
    answer: Schemas['Device']
  }
  /** Delete a device with its channels, alarms and positions; it may not register any more */
  deleteDevice: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Ask for the catalog; the event `device.catalog` tells when it is here */
  syncCatalog: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['CatalogSync']
  }
  /** Take its registrations again after wrong credentials */
  unlockDevice: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Device']
  }
  /** Let its streams run again: from now on, or only while somebody watches */
  startDevice: {
    path: { id: string }
    query: never
    body: { /** true: its channels run from now on whenever it is there; false: only while somebody watches */ always?: boolean | undefined } | null | undefined
    answer: Schemas['Device']
  }
  /** End its streams and keep them off, until a time or until it is started; it goes on being registered */
  stopDevice: {
    path: { id: string }
    query: never
    body: { /** when its streams go on by themselves; null: when it is started */ until?: string | null | undefined } | null | undefined
    answer: Schemas['Device']
  }
  /** Restart the device itself */
  rebootDevice: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Ask the device now: maker, model, firmware */
  getDeviceInfo: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['DeviceAnswer']
  }
  /** Ask the device now: its clock, what it encodes and records, its alarm contacts */
  getDeviceStatus: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['DeviceAnswer']
  }
  /** Delete, start, stop, unlock or sync many devices, as an operation that tells what became of each */
  bulkDevices: {
    path: never
    query: never
    body: { action: "delete" | "start" | "stop" | "unlock" | "sync"; ids: readonly (string)[]; /** of stop: when the streams go on by themselves */ until?: string | null | undefined }
    answer: Schemas['Operation']
  }
  /** Devices that asked to be let in and that nobody listed */
  listPendingDevices: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; space?: string | undefined; /** those that were rejected, instead of those that wait */ rejected?: "true" | "false" | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "lastAt" | "-lastAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['PendingDevice'])[]; nextCursor: string | null }
  }
  /** Let it in: it becomes a device, and registers when it tries next */
  approveDevice: {
    path: { id: string }
    query: never
    body: { name?: string | undefined; /** camera, recorder, lower platform */ type?: "ipc" | "nvr" | "platform" | undefined; /** what it registers with; null: the password of its space. It is never answered */ password?: string | null | undefined; /** directory it is in; null: at the top of its space */ directoryId?: string | null | undefined } | null | undefined
    answer: Schemas['Device']
  }
  /** Turn it away: it is not shown any more, however often it asks */
  rejectDevice: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Channels of all devices with their state and play URLs */
  listChannels: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; space?: string | undefined; /** of this device */ device?: string | undefined; /** part of name, code or address */ q?: string | undefined; state?: "on" | "off" | undefined; kind?: "video" | "audioIn" | "audioOut" | "alarmIn" | "alarmOut" | "other" | undefined; /** in this directory, own or mirrored */ directory?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "name" | "-name" | "gbId" | "-gbId" | undefined }
    body: never
    answer: { items: readonly (Schemas['Channel'])[]; nextCursor: string | null }
  }
  /** Channels of one device */
  listDeviceChannels: {
    path: { id: string }
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** part of name, code or address */ q?: string | undefined; state?: "on" | "off" | undefined; kind?: "video" | "audioIn" | "audioOut" | "alarmIn" | "alarmOut" | "other" | undefined; /** in this directory, own or mirrored */ directory?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "name" | "-name" | "gbId" | "-gbId" | undefined }
    body: never
    answer: { items: readonly (Schemas['Channel'])[]; nextCursor: string | null }
  }
  /** One channel */
  getChannel: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Channel']
  }
  /** Name a channel, put it into a directory, or disable it */
  updateChannel: {
    path: { id: string }
    query: never
    body: { /** null or empty: as its catalog says */ givenName?: string | null | undefined; directoryId?: string | null | undefined; enabled?: boolean | undefined }
    answer: Schemas['Channel']
  }
  /** Start a channel and wait for its first picture; the error says what is wrong and what to do */
  playChannel: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['ChannelPlay']
  }
  /** End the stream of a channel, whoever watches; the next viewer starts it again */
  stopChannel: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Turn, tilt and zoom the camera until told otherwise; zeros stop */
  moveChannel: {
    path: { id: string }
    query: never
    body: { /** + is right */ pan?: number | undefined; /** + is up */ tilt?: number | undefined; /** + is in */ zoom?: number | undefined }
    answer: Schemas['ControlResult']
  }
  /** Move focus and iris until told otherwise; zeros stop */
  adjustLens: {
    path: { id: string }
    query: never
    body: { /** + is far */ focus?: number | undefined; /** + is open */ iris?: number | undefined }
    answer: Schemas['ControlResult']
  }
  /** Ask the device for its presets; the names people gave go over its own */
  listPresets: {
    path: { id: string }
    query: never
    body: never
    answer: { items: readonly (Schemas['Preset'])[] }
  }
  /** Make where the camera looks now a preset */
  setPreset: {
    path: { id: string; /** of the preset */ number: number }
    query: never
    body: { /** kept here too, because most devices forget it */ name?: string | undefined } | null | undefined
    answer: Schemas['ControlResult']
  }
  /** Forget a preset */
  deletePreset: {
    path: { id: string; /** of the preset */ number: number }
    query: never
    body: never
    answer: Schemas['ControlResult']
  }
  /** Let the camera look where a preset says */
  callPreset: {
    path: { id: string; /** of the preset */ number: number }
    query: never
    body: never
    answer: Schemas['ControlResult']
  }
  /** Ask the device for its cruises (edition of 2022) */
  listCruises: {
    path: { id: string }
    query: never
    body: never
    answer: { items: readonly (Schemas['Cruise'])[] }
  }
  /** Ask the device for the points of a cruise (edition of 2022) */
  getCruise: {
    path: { id: string; /** of the cruise or scan */ number: number }
    query: never
    body: never
    answer: { items: readonly (Schemas['CruisePoint'])[] }
  }
  /** Change a cruise, start or stop it */
  orderCruise: {
    path: { id: string; /** of the cruise or scan */ number: number }
    query: never
    body: { /** add and remove a preset as point, clear the whole, set speed or dwell time, start, stop */ action: "add" | "remove" | "clear" | "speed" | "dwell" | "start" | "stop"; /** of add, remove, speed and dwell */ preset?: number | undefined; /** speed, or seconds of dwell */ value?: number | undefined }
    answer: Schemas['ControlResult']
  }
  /** Set the edges or the speed of a scan, start or stop it */
  orderScan: {
    path: { id: string; /** of the cruise or scan */ number: number }
    query: never
    body: { /** left and right set the edges to where it looks */ action: "start" | "left" | "right" | "speed" | "stop"; /** speed */ value?: number | undefined }
    answer: Schemas['ControlResult']
  }
  /** Ask the device for its configuration */
  getConfigs: {
    path: { id: string }
    query: { /** separated by commas: BasicParam, VideoParamOpt, SVACEncodeConfig, SVACDecodeConfig, VideoParamAttribute, VideoRecordPlan, VideoAlarmRecord, PictureMask, FrameMirror, AlarmReport, OSDConfig, SnapShotConfig */ names?: string | undefined }
    body: never
    answer: Schemas['DeviceAnswer']
  }
  /** Change one part of the configuration of the device */
  setConfig: {
    path: { id: string }
    query: never
    body: { name: "BasicParam" | "VideoParamOpt" | "SVACEncodeConfig" | "SVACDecodeConfig" | "VideoParamAttribute" | "VideoRecordPlan" | "VideoAlarmRecord" | "PictureMask" | "FrameMirror" | "AlarmReport" | "OSDConfig" | "SnapShotConfig"; /** fields as GET answers them */ value: Record<string, unknown> }
    answer: Schemas['ControlResult']
  }
  /** Ask the device now: whether it works, what it records */
  getChannelStatus: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['DeviceAnswer']
  }
  /** Ask the device now: where the camera goes back to */
  getHomePosition: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['DeviceAnswer']
  }
  /** Ask the device now: where the camera looks, in degrees */
  getPtzPosition: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['DeviceAnswer']
  }
  /** Ask the device now: its memory cards */
  getSdCards: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['DeviceAnswer']
  }
  /** Switch an auxiliary on or off */
  controlAux: {
    path: { id: string }
    query: never
    body: { number: number; on: boolean }
    answer: Schemas['ControlResult']
  }
  /** Switch the wiper on or off */
  controlWiper: {
    path: { id: string }
    query: never
    body: { on: boolean }
    answer: Schemas['ControlResult']
  }
  /** Look exactly there: degrees of pan and tilt, times of zoom (edition of 2022) */
  controlPrecise: {
    path: { id: string }
    query: never
    body: { pan: number; tilt: number; zoom: number }
    answer: Schemas['ControlResult']
  }
  /** Zoom into or out of a rectangle drawn on the picture */
  controlDragZoom: {
    path: { id: string }
    query: never
    body: { direction: "in" | "out"; area: { length: number; width: number; midX: number; midY: number; lengthX: number; lengthY: number } }
    answer: Schemas['ControlResult']
  }
  /** Set where the camera goes back to when nobody moves it */
  controlHome: {
    path: { id: string }
    query: never
    body: { enabled: boolean; resetS?: number | undefined; preset?: number | undefined }
    answer: Schemas['ControlResult']
  }
  /** Arm or disarm */
  controlGuard: {
    path: { id: string }
    query: never
    body: { on: boolean }
    answer: Schemas['ControlResult']
  }
  /** Start or stop recording in the device */
  controlRecord: {
    path: { id: string }
    query: never
    body: { on: boolean; stream?: number | undefined }
    answer: Schemas['ControlResult']
  }
  /** Reset the alarm, so that the device alarms again */
  controlAlarmReset: {
    path: { id: string }
    query: never
    body: { method?: string | undefined; alarmType?: number | undefined }
    answer: Schemas['ControlResult']
  }
  /** Ask for a keyframe at once */
  controlIframe: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['ControlResult']
  }
  /** Restart the device */
  controlReboot: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['ControlResult']
  }
  /** Let the device fetch new firmware (edition of 2022) */
  controlUpgrade: {
    path: { id: string }
    query: never
    body: { firmware: string; url: string; manufacturer: string; session: string }
    answer: Schemas['ControlResult']
  }
  /** Format a memory card, 0 for all (edition of 2022) */
  controlFormatSdCard: {
    path: { id: string }
    query: never
    body: { card: number }
    answer: Schemas['ControlResult']
  }
  /** Follow a target by itself, by hand, or not (edition of 2022) */
  controlTrack: {
    path: { id: string }
    query: never
    body: { mode: "Auto" | "Manual" | "Stop"; panorama?: string | undefined; area?: { length: number; width: number; midX: number; midY: number; lengthX: number; lengthY: number } | undefined }
    answer: Schemas['ControlResult']
  }
  /** Ask the device what it has recorded, by default within the last day */
  listDeviceRecordings: {
    path: { id: string }
    query: { /** a day before the end when left out */ start?: string | undefined; /** now when left out */ end?: string | undefined; kind?: "all" | "time" | "alarm" | "manual" | undefined }
    body: never
    answer: Schemas['DeviceRecordings']
  }
  /** Play what the device has recorded, from any second */
  startPlayback: {
    path: { id: string }
    query: never
    body: { start: string; end: string; speed?: number | undefined }
    answer: Schemas['Playback']
  }
  /** How far a playback is, its speed, and what the device ignored */
  getPlayback: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Playback']
  }
  /** Hold the picture */
  pausePlayback: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Playback']
  }
  /** Go on at normal speed */
  resumePlayback: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Playback']
  }
  /** End a playback, download or talk */
  stopPlayback: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Playback']
  }
  /** Go to a moment of the recording */
  seekPlayback: {
    path: { id: string }
    query: never
    body: { /** moment in the recording */ at: string }
    answer: Schemas['Playback']
  }
  /** Play faster, slower or backwards */
  setPlaybackSpeed: {
    path: { id: string }
    query: never
    body: { /** times; below zero is backwards */ speed: number }
    answer: Schemas['Playback']
  }
  /** Fetch what the device has recorded as a file, as an operation with progress */
  startDownload: {
    path: { id: string }
    query: never
    body: { start: string; end: string }
    answer: Schemas['Operation']
  }
  /** How far a download is, and where its file is; the id is that of its operation */
  getDownload: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Download']
  }
  /** Open the way for a microphone to the loudspeaker of the device */
  talkToChannel: {
    path: { id: string }
    query: never
    body: { /** auto takes what the device has shown to do */ mode?: "auto" | "broadcast" | "talk" | undefined } | null | undefined
    answer: Schemas['Talk']
  }
  /** All directories that people made in a space */
  listDirectories: {
    path: never
    query: { space?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['Directory'])[] }
  }
  /** Make a directory */
  createDirectory: {
    path: never
    query: never
    body: { space?: string | undefined; parentId?: string | null | undefined; name: string; description?: string | undefined }
    answer: Schemas['Directory']
  }
  /** One level of the tree: directories, then devices, then channels */
  listTree: {
    path: never
    query: { space?: string | undefined; /** a directory or a device; without it the top of the space */ of?: string | undefined; limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['TreeNode'])[]; nextCursor: string | null }
  }
  /** Directories, devices and channels by part of their name or code, with where they are */
  searchTree: {
    path: never
    query: { space?: string | undefined; /** part of a name or code */ q?: string | undefined; limit?: number | undefined }
    body: never
    answer: { items: readonly (Schemas['TreeNode'])[] }
  }
  /** Put devices and channels into a directory, or take them out; tells what became of each */
  bindDirectory: {
    path: never
    query: never
    body: { /** null: out of the one they are in */ directoryId: string | null; deviceIds?: readonly (string)[] | undefined; channelIds?: readonly (string)[] | undefined }
    answer: Schemas['Bound']
  }
  /** One directory */
  getDirectory: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Directory']
  }
  /** Rename a directory or hang it elsewhere */
  updateDirectory: {
    path: { id: string }
    query: never
    body: { name?: string | undefined; description?: string | undefined; parentId?: string | null | undefined }
    answer: Schemas['Directory']
  }
  /** Delete a directory with all below it; devices and channels in them go to the top */
  deleteDirectory: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** What devices alarmed about, kept 90 days */
  listAlarms: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; space?: string | undefined; device?: string | undefined; channel?: string | undefined; /** that came at or after */ start?: string | undefined; /** that came before */ end?: string | undefined; method?: number | undefined; type?: number | undefined; priority?: number | undefined; acknowledged?: "true" | "false" | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "at" | "-at" | undefined }
    body: never
    answer: { items: readonly (Schemas['Alarm'])[]; nextCursor: string | null }
  }
  /** One alarm */
  getAlarm: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Alarm']
  }
  /** Take note of an alarm */
  acknowledgeAlarm: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Alarm']
  }
  /** Let the device alarm again, and take note */
  resetAlarm: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Alarm']
  }
  /** Where everything that moves is now */
  listPositions: {
    path: never
    query: { space?: string | undefined; device?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['Position'])[] }
  }
  /** Where a device was, by default within the last day; kept 30 days */
  getTrack: {
    path: { id: string }
    query: { /** a day before the end when left out */ start?: string | undefined; /** now when left out */ end?: string | undefined; /** only of this channel */ gbId?: string | undefined }
    body: never
    answer: Schemas['Track']
  }
  /** What was tried with devices and what became of it: failures of 30 days, the rest of 3 */
  listAttempts: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; space?: string | undefined; device?: string | undefined; gbId?: string | undefined; /** code */ channel?: string | undefined; kind?: "register" | "catalog" | "query" | "control" | "play" | "playback" | "download" | "talk" | "broadcast" | "cascade" | undefined; ok?: "true" | "false" | undefined; verdict?: string | undefined; /** begun at or after */ start?: string | undefined; /** begun before */ end?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "startedAt" | "-startedAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['AttemptSummary'])[]; nextCursor: string | null }
  }
  /** One attempt with its messages */
  getAttempt: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['Attempt']
  }
  /** The exchange as a ladder of text, to read or to send to somebody */
  getAttemptText: {
    path: { id: string }
    query: never
    body: never
    answer: string
  }
  /** The messages for Wireshark, in packets made for them */
  getAttemptPcap: {
    path: { id: string }
    query: never
    body: never
    answer: string
  }
  /** Upper platforms we register with */
  listParentPlatforms: {
    path: never
    query: { space?: string | undefined }
    body: never
    answer: { items: readonly (Schemas['ParentPlatform'])[] }
  }
  /** Register with an upper platform from now on */
  createParentPlatform: {
    path: never
    query: never
    body: { space?: string | undefined; name: string; description?: string | undefined; /** we register with it */ enabled?: boolean | undefined; /** its code */ serverId: string; /** its SIP domain; the first 10 digits of its code when left out */ domain?: string | undefined; host: string; port?: number | undefined; transport?: "udp" | "tcp" | undefined; /** our code as it knows us; that of this server when left out */ localId?: string | undefined; /** empty: our code */ username?: string | undefined; /** of the digest; null: none. It is never answered */ password?: string | null | undefined; /** seconds a registration is asked for */ expiresS?: number | undefined; /** seconds between keepalives */ keepaliveS?: number | undefined; charset?: "gb18030" | "utf-8" | undefined }
    answer: Schemas['ParentPlatform']
  }
  /** One upper platform */
  getParentPlatform: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['ParentPlatform']
  }
  /** Change an upper platform; we register anew */
  updateParentPlatform: {
    path: { id: string }
    query: never
    body: { name?: string | undefined; description?: string | undefined; /** we register with it */ enabled?: boolean | undefined; /** its code */ serverId?: string | undefined; /** its SIP domain */ domain?: string | undefined; host?: string | undefined; port?: number | undefined; transport?: "udp" | "tcp" | undefined; /** our code as it knows us */ localId?: string | undefined; /** empty: our code */ username?: string | undefined; /** seconds a registration is asked for */ expiresS?: number | undefined; /** seconds between keepalives */ keepaliveS?: number | undefined; charset?: "gb18030" | "utf-8" | undefined; /** of the digest; null: none. It is never answered */ password?: string | null | undefined }
    answer: Schemas['ParentPlatform']
  }
  /** Leave an upper platform and forget what it was shown */
  deleteParentPlatform: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Register with it */
  startParentPlatform: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['ParentPlatform']
  }
  /** Leave it; what it was shown stays for later */
  stopParentPlatform: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['ParentPlatform']
  }
  /** What it gets to see, with the codes there */
  listShares: {
    path: { id: string }
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "sharedId" | "-sharedId" | undefined }
    body: never
    answer: { items: readonly (Schemas['Share'])[]; nextCursor: string | null }
  }
  /** Show it channels, under their own or other codes; tells what became of each */
  shareChannels: {
    path: { id: string }
    query: never
    body: { channels: readonly ({ channelId: string; /** its code there; its own when that is free, else a new one */ sharedId?: string | undefined; /** null: as here */ name?: string | null | undefined; groupGbId?: string | null | undefined })[] }
    answer: Schemas['Shared']
  }
  /** Show it channels no more */
  unshareChannels: {
    path: { id: string }
    query: never
    body: { channelIds: readonly (string)[] }
    answer: Schemas['Unshared']
  }
  /** Streams that are no channels of devices, as it sees them */
  listStreamShares: {
    path: { id: string }
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "sharedId" | "-sharedId" | undefined }
    body: never
    answer: { items: readonly (Schemas['StreamShare'])[]; nextCursor: string | null }
  }
  /** Show it streams that are no channels of devices, as channels with codes of their own */
  shareStreams: {
    path: { id: string }
    query: never
    body: { streams: readonly ({ streamId: string; /** its code there; a new one when left out */ sharedId?: string | undefined; /** null: its title or name */ name?: string | null | undefined; groupGbId?: string | null | undefined })[] }
    answer: Schemas['SharedStreams']
  }
  /** Show it streams no more */
  unshareStreams: {
    path: { id: string }
    query: never
    body: { streamIds: readonly (string)[] }
    answer: Schemas['Unshared']
  }
  /** Show it a directory with all below it; channels follow as they come into it and go */
  shareDirectory: {
    path: { id: string }
    query: never
    body: { directoryId: string; /** virtual directory there to hang it below */ parentGbId?: string | null | undefined }
    answer: { items: readonly (Schemas['ParentGroup'])[] }
  }
  /** Virtual directories as it sees them */
  listGroups: {
    path: { id: string }
    query: never
    body: never
    answer: { items: readonly (Schemas['ParentGroup'])[] }
  }
  /** Make or change a virtual directory: an area, a business group (215) or an organisation (216) */
  putGroup: {
    path: { id: string; gbId: string }
    query: never
    body: { name: string; parentGbId?: string | null | undefined; directoryId?: string | null | undefined }
    answer: Schemas['ParentGroup']
  }
  /** Remove a virtual directory; what hung below it hangs below our system */
  deleteGroup: {
    path: { id: string; gbId: string }
    query: never
    body: never
    answer: undefined
  }
  /** The book of how devices differ from the standard; PUT takes its items again, here or elsewhere */
  listQuirks: {
    path: never
    query: never
    body: never
    answer: { items: readonly (Schemas['Quirk'])[] }
  }
  /** Write entries into the book; they go over what was learnt, and reach the nodes at once */
  putQuirks: {
    path: never
    query: never
    body: { entries: readonly ({ /** manufacturer as the device says it; case does not matter */ vendor: string; /** empty: any */ model?: string | undefined; /** empty: any */ firmware?: string | undefined; /** ways of a device that differ from the standard, by name */ quirks: Record<string, string | number | boolean>; notes?: string | undefined })[] }
    answer: { items: readonly (Schemas['Quirk'])[] }
  }
  /** Remove an entry of the book; what was learnt may be learnt again */
  deleteQuirk: {
    path: { id: string }
    query: never
    body: never
    answer: undefined
  }
  /** Add many devices from a CSV or XLSX; takes what can be taken and reports on each row */
  importDevices: {
    path: never
    query: never
    body: { space?: string | undefined; /** text of a CSV; its first row names the columns */ csv?: string | undefined; /** a CSV in any usual encoding or an XLSX, in base64 */ file?: string | undefined; /** only say what would become of the rows */ dryRun?: boolean | undefined }
    answer: Schemas['ImportReport']
  }
  /** Devices as a CSV that can be imported again; without passwords */
  exportDevices: {
    path: never
    query: { space?: string | undefined }
    body: never
    answer: string
  }
  /** Let the device make pictures and send them (edition of 2022) */
  takeDeviceSnapshots: {
    path: { id: string }
    query: never
    body: { count?: number | undefined; /** seconds between them */ intervalS?: number | undefined } | null | undefined
    answer: Schemas['DeviceSnapshot']
  }
  /** Pictures that devices made, kept 30 days */
  listDeviceSnapshots: {
    path: never
    query: { /** rows wanted, 1 to 500 */ limit?: number | undefined; /** nextCursor of the page before */ cursor?: string | undefined; channel?: string | undefined; /** what the list is ordered by; with a minus sign the other way round */ sort?: "createdAt" | "-createdAt" | undefined }
    body: never
    answer: { items: readonly (Schemas['DeviceSnapshot'])[]; nextCursor: string | null }
  }
  /** What of the pictures is here */
  getDeviceSnapshot: {
    path: { id: string }
    query: never
    body: never
    answer: Schemas['DeviceSnapshot']
  }
  /** One picture */
  getDeviceSnapshotFile: {
    path: { id: string; name: string }
    query: never
    body: never
    answer: string
  }
  /** What to type into a camera so that it registers here */
  getGbServer: {
    path: never
    query: { space?: string | undefined }
    body: never
    answer: Schemas['GbServer']
  }
  /** Codes of 20 digits in the domain of this server that no device has; they are not reserved */
  nextGbIds: {
    path: never
    query: { /** kind of device, or the three digits of the type */ type?: string | undefined; count?: number | undefined }
    body: never
    answer: Schemas['NextIds']
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
  /** What this installation is called, and whom its users call */
  getSite: {
    path: never
    query: never
    body: never
    answer: Schemas['Site']
  }
  /** Name this installation anew; nodes and open pages learn of it at once */
  updateSite: {
    path: never
    query: never
    body: { /** what people call this installation */ name?: string | undefined; /** of the official site; null: none is shown */ address?: string | null | undefined; /** telephone number of the service; null: none is shown */ phone?: string | null | undefined }
    answer: Schemas['Site']
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
  getStreamRecording: ['GET', '/streams/{id}/recording'],
  controlRecording: ['POST', '/streams/{id}/recording'],
  recordEvent: ['POST', '/streams/{id}/recording/events'],
  listRecordings: ['GET', '/recordings'],
  getRecording: ['GET', '/recordings/{id}'],
  updateRecording: ['PATCH', '/recordings/{id}'],
  deleteRecording: ['DELETE', '/recordings/{id}'],
  deleteRecordings: ['POST', '/recordings/delete'],
  rebuildRecordings: ['POST', '/recordings/rebuild'],
  listRecordingDays: ['GET', '/streams/{id}/recording-days'],
  getTimeline: ['GET', '/streams/{id}/timeline'],
  getReplay: ['GET', '/streams/{id}/replay'],
  takeSnapshot: ['POST', '/streams/{id}/snapshots'],
  listSnapshots: ['GET', '/snapshots'],
  getSnapshot: ['GET', '/snapshots/{id}'],
  deleteSnapshot: ['DELETE', '/snapshots/{id}'],
  deleteSnapshots: ['POST', '/snapshots/delete'],
  createExport: ['POST', '/exports'],
  listExports: ['GET', '/exports'],
  getExport: ['GET', '/exports/{id}'],
  getStorage: ['GET', '/storage'],
  listCoverage: ['GET', '/coverage'],
  listAlerts: ['GET', '/alerts'],
  listCallbacks: ['GET', '/callbacks'],
  createCallback: ['POST', '/callbacks'],
  getCallback: ['GET', '/callbacks/{id}'],
  updateCallback: ['PATCH', '/callbacks/{id}'],
  deleteCallback: ['DELETE', '/callbacks/{id}'],
  testCallback: ['POST', '/callbacks/{id}/test'],
  listDeliveries: ['GET', '/callbacks/{id}/deliveries'],
  replayDelivery: ['POST', '/deliveries/{id}/replay'],
  listTemplates: ['GET', '/templates'],
  createTemplate: ['POST', '/templates'],
  getTemplate: ['GET', '/templates/{id}'],
  updateTemplate: ['PATCH', '/templates/{id}'],
  deleteTemplate: ['DELETE', '/templates/{id}'],
  listTemplateBindings: ['GET', '/templates/{id}/bindings'],
  bindTemplate: ['POST', '/templates/{id}/bindings'],
  listBindings: ['GET', '/bindings'],
  setBinding: ['PUT', '/bindings'],
  unbindTemplates: ['POST', '/bindings/remove'],
  listPlans: ['GET', '/plans'],
  createPlan: ['POST', '/plans'],
  getPlan: ['GET', '/plans/{id}'],
  updatePlan: ['PATCH', '/plans/{id}'],
  deletePlan: ['DELETE', '/plans/{id}'],
  copyPlanDay: ['POST', '/plans/{id}/copy-day'],
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
  createDevice: ['POST', '/devices'],
  listDevices: ['GET', '/devices'],
  getDevice: ['GET', '/devices/{id}'],
  updateDevice: ['PATCH', '/devices/{id}'],
  deleteDevice: ['DELETE', '/devices/{id}'],
  syncCatalog: ['POST', '/devices/{id}/sync-catalog'],
  unlockDevice: ['POST', '/devices/{id}/unlock'],
  startDevice: ['POST', '/devices/{id}/start'],
  stopDevice: ['POST', '/devices/{id}/stop'],
  rebootDevice: ['POST', '/devices/{id}/reboot'],
  getDeviceInfo: ['GET', '/devices/{id}/info'],
  getDeviceStatus: ['GET', '/devices/{id}/status'],
  bulkDevices: ['POST', '/devices/bulk'],
  listPendingDevices: ['GET', '/pending-devices'],
  approveDevice: ['POST', '/pending-devices/{id}/approve'],
  rejectDevice: ['POST', '/pending-devices/{id}/reject'],
  listChannels: ['GET', '/channels'],
  listDeviceChannels: ['GET', '/devices/{id}/channels'],
  getChannel: ['GET', '/channels/{id}'],
  updateChannel: ['PATCH', '/channels/{id}'],
  playChannel: ['POST', '/channels/{id}/play'],
  stopChannel: ['POST', '/channels/{id}/stop'],
  moveChannel: ['POST', '/channels/{id}/ptz'],
  adjustLens: ['POST', '/channels/{id}/lens'],
  listPresets: ['GET', '/channels/{id}/presets'],
  setPreset: ['PUT', '/channels/{id}/presets/{number}'],
  deletePreset: ['DELETE', '/channels/{id}/presets/{number}'],
  callPreset: ['POST', '/channels/{id}/presets/{number}/call'],
  listCruises: ['GET', '/channels/{id}/cruises'],
  getCruise: ['GET', '/channels/{id}/cruises/{number}'],
  orderCruise: ['POST', '/channels/{id}/cruises/{number}'],
  orderScan: ['POST', '/channels/{id}/scans/{number}'],
  getConfigs: ['GET', '/channels/{id}/configs'],
  setConfig: ['PUT', '/channels/{id}/configs'],
  getChannelStatus: ['GET', '/channels/{id}/status'],
  getHomePosition: ['GET', '/channels/{id}/home'],
  getPtzPosition: ['GET', '/channels/{id}/ptz-position'],
  getSdCards: ['GET', '/channels/{id}/sd-cards'],
  controlAux: ['POST', '/channels/{id}/controls/aux'],
  controlWiper: ['POST', '/channels/{id}/controls/wiper'],
  controlPrecise: ['POST', '/channels/{id}/controls/precise'],
  controlDragZoom: ['POST', '/channels/{id}/controls/drag-zoom'],
  controlHome: ['POST', '/channels/{id}/controls/home'],
  controlGuard: ['POST', '/channels/{id}/controls/guard'],
  controlRecord: ['POST', '/channels/{id}/controls/record'],
  controlAlarmReset: ['POST', '/channels/{id}/controls/alarm-reset'],
  controlIframe: ['POST', '/channels/{id}/controls/iframe'],
  controlReboot: ['POST', '/channels/{id}/controls/reboot'],
  controlUpgrade: ['POST', '/channels/{id}/controls/upgrade'],
  controlFormatSdCard: ['POST', '/channels/{id}/controls/format-sd-card'],
  controlTrack: ['POST', '/channels/{id}/controls/track'],
  listDeviceRecordings: ['GET', '/channels/{id}/device-recordings'],
  startPlayback: ['POST', '/channels/{id}/playback'],
  getPlayback: ['GET', '/playbacks/{id}'],
  pausePlayback: ['POST', '/playbacks/{id}/pause'],
  resumePlayback: ['POST', '/playbacks/{id}/resume'],
  stopPlayback: ['POST', '/playbacks/{id}/stop'],
  seekPlayback: ['POST', '/playbacks/{id}/seek'],
  setPlaybackSpeed: ['POST', '/playbacks/{id}/speed'],
  startDownload: ['POST', '/channels/{id}/downloads'],
  getDownload: ['GET', '/downloads/{id}'],
  talkToChannel: ['POST', '/channels/{id}/talk'],
  listDirectories: ['GET', '/directories'],
  createDirectory: ['POST', '/directories'],
  listTree: ['GET', '/directories/tree'],
  searchTree: ['GET', '/directories/search'],
  bindDirectory: ['POST', '/directories/bind'],
  getDirectory: ['GET', '/directories/{id}'],
  updateDirectory: ['PATCH', '/directories/{id}'],
  deleteDirectory: ['DELETE', '/directories/{id}'],
  listAlarms: ['GET', '/alarms'],
  getAlarm: ['GET', '/alarms/{id}'],
  acknowledgeAlarm: ['POST', '/alarms/{id}/acknowledge'],
  resetAlarm: ['POST', '/alarms/{id}/reset'],
  listPositions: ['GET', '/positions'],
  getTrack: ['GET', '/devices/{id}/track'],
  listAttempts: ['GET', '/attempts'],
  getAttempt: ['GET', '/attempts/{id}'],
  getAttemptText: ['GET', '/attempts/{id}/text'],
  getAttemptPcap: ['GET', '/attempts/{id}/pcap'],
  listParentPlatforms: ['GET', '/parent-platforms'],
  createParentPlatform: ['POST', '/parent-platforms'],
  getParentPlatform: ['GET', '/parent-platforms/{id}'],
  updateParentPlatform: ['PATCH', '/parent-platforms/{id}'],
  deleteParentPlatform: ['DELETE', '/parent-platforms/{id}'],
  startParentPlatform: ['POST', '/parent-platforms/{id}/start'],
  stopParentPlatform: ['POST', '/parent-platforms/{id}/stop'],
  listShares: ['GET', '/parent-platforms/{id}/channels'],
  shareChannels: ['POST', '/parent-platforms/{id}/share'],
  unshareChannels: ['POST', '/parent-platforms/{id}/unshare'],
  listStreamShares: ['GET', '/parent-platforms/{id}/streams'],
  shareStreams: ['POST', '/parent-platforms/{id}/share-streams'],
  unshareStreams: ['POST', '/parent-platforms/{id}/unshare-streams'],
  shareDirectory: ['POST', '/parent-platforms/{id}/share-directory'],
  listGroups: ['GET', '/parent-platforms/{id}/groups'],
  putGroup: ['PUT', '/parent-platforms/{id}/groups/{gbId}'],
  deleteGroup: ['DELETE', '/parent-platforms/{id}/groups/{gbId}'],
  listQuirks: ['GET', '/quirks'],
  putQuirks: ['PUT', '/quirks'],
  deleteQuirk: ['DELETE', '/quirks/{id}'],
  importDevices: ['POST', '/devices/import'],
  exportDevices: ['GET', '/devices/export'],
  takeDeviceSnapshots: ['POST', '/channels/{id}/device-snapshots'],
  listDeviceSnapshots: ['GET', '/device-snapshots'],
  getDeviceSnapshot: ['GET', '/device-snapshots/{id}'],
  getDeviceSnapshotFile: ['GET', '/device-snapshots/{id}/files/{name}'],
  getGbServer: ['GET', '/gb28181/server'],
  nextGbIds: ['GET', '/gb28181/next-id'],
  getSystem: ['GET', '/system'],
  reloadSystem: ['POST', '/system/reload'],
  getSystemLogs: ['GET', '/system/logs'],
  createSupportBundle: ['POST', '/system/support-bundle'],
  getOperationFile: ['GET', '/operations/{id}/file'],
  getSite: ['GET', '/site'],
  updateSite: ['PATCH', '/site'],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>
