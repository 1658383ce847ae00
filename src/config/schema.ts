import { z } from 'zod'
import { choice, decimal, flag, integer, type KeyMeta, keyMeta, listen, optionalText, publicPort, text } from './key.ts'

const HOUR_MS = 3_600_000
const RELOADABLE = { reloadable: true }

/** A group of keys: unknown ones are refused, and an absent group is the group of its defaults. */
function group<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape).prefault(() => ({}) as never) // every key has a default, so {} is an input
}

/** The whole configuration. Every key has a default; a key's docs are here and nowhere else. */
export const schema = z.strictObject({
  listen: group({
    http: listen(8000, 'Console and REST API of the platform.'),
    https: listen('off', 'The same over TLS; needs `tls.certificate` and `tls.key`.'),
    media: listen(8080, 'HTTP-FLV, WS-FLV and HLS of the node.'),
    mediaTls: listen('off', 'The same over TLS; needs `tls.certificate` and `tls.key`.'),
    rtmp: listen(1935, 'RTMP publish and play.'),
    rtmps: listen('off', 'RTMP over TLS; needs `tls.certificate` and `tls.key`.'),
    sip: listen(
      5060,
      'SIP of GB/T 28181 at the node: UDP, TCP, and TLS on the same port with `tls.certificate` and `tls.key`.',
    ),
    gbMedia: listen(30000, 'RTP of GB/T 28181 devices at the node, UDP and TCP: one port for all streams.'),
  }),
  database: text('sqlite', 'Database of the platform: a SQLite file in the data directory, or PostgreSQL.', {
    allowed: '"sqlite", or postgres://user:password@host:port/name',
    pattern: /^(sqlite|postgres(ql)?:\/\/\S+)$/,
    secret: true,
  }),
  data: text('./data', 'Directory of the databases and of generated secrets, relative to the working directory.'),
  admin: group({
    password: optionalText(
      'Password of the user `admin`, taken at the first start; without it one is generated and shown once.',
      {
        allowed: 'a text of at least 8 letters, or null',
        minLength: 8,
        secret: true,
      },
    ),
  }),
  log: group({
    level: choice(['debug', 'info', 'warn', 'error'], 'info', 'Least severe line that is written.', RELOADABLE),
    format: choice(['auto', 'json', 'pretty'], 'auto', '`auto` is `pretty` on a terminal and `json` elsewhere.'),
    directory: optionalText(
      'Folder of log files, one for each process: `supervisor.log`, `platform.log`, `node.log`. Without it lines go to standard output. SIGUSR1 reopens them.',
      { allowed: 'a folder, or null' },
    ),
    maxSizeMb: integer([0, 100_000], 100, 'A log file is put aside before it is longer; 0: never.', RELOADABLE),
    maxAgeHours: integer([0, 8760], 0, 'A log file is put aside when it was begun so long ago; 0: never.', RELOADABLE),
    keep: integer([0, 1000], 10, 'Files put aside that are kept of each: `.1` is the newest.', RELOADABLE),
  }),
  public: group({
    host: text(
      'auto',
      'Host name or address in URLs handed out; `auto` is the first IPv4 address that is not loopback.',
      {
        allowed: 'a host name, an address, or "auto"',
        ...RELOADABLE,
      },
    ),
    http: publicPort('Port of the console in URLs handed out, when a proxy or NAT is in between.'),
    https: publicPort('The same for `listen.https`.'),
    media: publicPort('The same for `listen.media`.'),
    mediaTls: publicPort('The same for `listen.mediaTls`.'),
    rtmp: publicPort('The same for `listen.rtmp`.'),
    rtmps: publicPort('The same for `listen.rtmps`.'),
    sip: publicPort('The same for `listen.sip`.'),
    gbMedia: publicPort('The same for `listen.gbMedia`.'),
  }),
  tls: group({
    certificate: optionalText('PEM file with the certificate chain.', {
      allowed: 'a file name, or null',
      ...RELOADABLE,
    }),
    key: optionalText('PEM file with the private key.', { allowed: 'a file name, or null', ...RELOADABLE }),
  }),
  http: group({
    trustProxy: flag(false, "Take the caller's address from `X-Forwarded-For`; only behind a proxy of yours."),
  }),
  rtmp: group({
    chunkSize: integer([128, 65535], 60000, 'Chunk size of what the node sends, bytes.'),
    firstPacketTimeoutMs: integer(
      [100, HOUR_MS],
      20000,
      'A publisher that sent no media for so long after `publish` is closed.',
      RELOADABLE,
    ),
    silenceTimeoutMs: integer([100, HOUR_MS], 5000, 'A publisher that fell silent for so long is closed.', RELOADABLE),
    maxConnections: integer([1, 1_000_000], 20000, 'RTMP connections at the same time, publishers and players.'),
  }),
  media: group({
    latency: choice(
      ['low', 'normal'],
      'normal',
      'Latency class of a stream whose space names none: chooses the write window.',
      RELOADABLE,
    ),
    windowMs: group({
      low: integer([0, 5000], 50, 'Widest write window of the class `low`.', RELOADABLE),
      normal: integer([0, 5000], 350, 'Widest write window of the class `normal`.', RELOADABLE),
    }),
    sendMinIntervalMs: decimal(
      [0, 5000],
      0,
      'Writes to one viewer lie at least so far apart, also while few watch; 0 leaves it to the window.',
      RELOADABLE,
    ),
    tcpNoDelay: flag(true, "Switches Nagle's algorithm off on the sockets of viewers and publishers."),
    gopCache: flag(true, 'A new viewer starts with the newest GOP at once; off gives the least delay.', RELOADABLE),
    timestamps: choice(
      ['full', 'zero', 'off', 'auto'],
      'full',
      '`full` repairs jumps and backward steps, `zero` only starts at 0, `off` leaves them (ATC); `auto` is `off` for encoders whose metadata say `bravo_atc`, and `full` for the others.',
      RELOADABLE,
    ),
    republishGraceMs: integer(
      [0, HOUR_MS],
      10000,
      'Viewers are kept for so long when a publisher is gone.',
      RELOADABLE,
    ),
    standbyMs: integer(
      [0, HOUR_MS],
      10000,
      'A viewer of a stream that nobody publishes yet waits for so long.',
      RELOADABLE,
    ),
    queueSeconds: decimal([0.1, 600], 30, 'A viewer further behind is moved on to the next keyframe.', RELOADABLE),
    queueBytes: integer(
      [65536, 1 << 30],
      16 << 20,
      "The same by bytes not yet taken by the viewer's socket.",
      RELOADABLE,
    ),
    files: optionalText(
      'Folder whose files are served on the media port to everybody; a file hides the live stream of its name.',
      {
        allowed: 'a folder, or null',
        ...RELOADABLE,
      },
    ),
    maxViewersPerStream: integer(
      [1, 1_000_000],
      100000,
      'Viewers of one stream at the same time on one node.',
      RELOADABLE,
    ),
  }),
  redirect: group({
    when: choice(
      ['draining', 'always'],
      'draining',
      'When newcomers are sent elsewhere by 302; who is there stays.',
      RELOADABLE,
    ),
    rtmp: optionalText('Where RTMP publishers and players are sent, such as `rtmp://other:1935`.', {
      allowed: 'rtmp:// or rtmps:// with host and port, or null',
      pattern: /^rtmps?:\/\/[^/\s]+$/,
      ...RELOADABLE,
    }),
    http: optionalText('Where HTTP and WebSocket viewers are sent, such as `https://other:8443`.', {
      allowed: 'http:// or https:// with host and port, or null',
      pattern: /^https?:\/\/[^/\s]+$/,
      ...RELOADABLE,
    }),
  }),
  metrics: group({
    token: optionalText(
      'Bearer token for `/metrics` of the node; without it only the machine itself may read that page.',
      {
        allowed: 'a text of at least 16 letters, or null',
        minLength: 16,
        secret: true,
        ...RELOADABLE,
      },
    ),
  }),
  exec: group({
    publish: optionalText(
      'Program the node runs beside each stream while it is published, and its arguments: words apart by blanks, no shell. Variables: `[vhost]`, `[app]`, `[stream]`, `[url]` (plays it over RTMP on this machine, signed), `[tcUrl]`, `[port]`, `[engine]`; `[swfUrl]` and `[pageUrl]` are empty.',
      { allowed: 'a program and its arguments, or null', ...RELOADABLE },
    ),
    unpublish: optionalText('Program the node runs when a stream is not published any more; as `exec.publish`.', {
      allowed: 'a program and its arguments, or null',
      ...RELOADABLE,
    }),
    max: integer([1, 1000], 100, 'Such programs at the same time; further ones are not started.', RELOADABLE),
  }),
  stats: group({
    network: text(
      'auto',
      'Network interfaces whose traffic the node tells, separated by commas; `auto`: those with a default route, `all`: all but loopback.',
      RELOADABLE,
    ),
    disks: text(
      'auto',
      'Disks whose reads and writes the node tells, separated by commas, such as `sda,nvme0n1`; `auto`: all physical ones.',
      RELOADABLE,
    ),
  }),
  hls: group({
    segmentSeconds: decimal(
      [0.5, 60],
      2,
      'Wanted length of a segment; the real one follows the keyframes.',
      RELOADABLE,
    ),
    windowSeconds: decimal([2, 3600], 20, 'Length of the playlist.', RELOADABLE),
    waitKeyframe: flag(true, 'Segments start at a keyframe; off cuts by time alone.', RELOADABLE),
    container: choice(
      ['auto', 'ts', 'fmp4'],
      'auto',
      '`auto` is MPEG-TS for H.264 with AAC or MP3, and fragmented MP4 for the rest.',
      RELOADABLE,
    ),
    mode: choice(
      ['always', 'on-demand'],
      'on-demand',
      '`always` cuts streams from their start, so that the first HLS viewer does not wait; `on-demand` while somebody watches.',
      RELOADABLE,
    ),
    timeFloor: flag(
      false,
      'Segments are cut where a multiple of `segmentSeconds` passes on the wall clock; wants two keyframes a segment.',
      RELOADABLE,
    ),
    directory: optionalText(
      'Folder where segments and playlists are written too, for a web server; made if it is not there. Streams are cut from their start then, and files removed when they leave the window.',
      { allowed: 'a folder, or null', ...RELOADABLE },
    ),
    segmentFile: text(
      '[space]/[app]/[stream]-[seq].ts',
      'Segment files below `hls.directory`, by `[space]` (or `[vhost]`), `[app]`, `[stream]`, `[seq]`, `[timestamp]`, `[duration]`, `[2006]`, `[01]`, `[02]`, `[15]`, `[04]`, `[05]`, `[999]`.',
      {
        allowed: 'a relative file ending in .ts with [stream] and one of [seq], [timestamp]',
        pattern: /^(?![/])(?!.*\.\.)(?=.*\[stream\])(?=.*\[(?:seq|timestamp)\]).*\.ts$/,
        ...RELOADABLE,
      },
    ),
    playlistFile: text(
      '[space]/[app]/[stream].m3u8',
      'Playlist files below `hls.directory`, by `[space]` (or `[vhost]`), `[app]`, `[stream]`.',
      {
        allowed: 'a relative file ending in .m3u8 with [stream]',
        pattern: /^(?![/])(?!.*\.\.)(?=.*\[stream\]).*\.m3u8$/,
        ...RELOADABLE,
      },
    ),
    keepAliveSeconds: integer(
      [1, 86_400],
      60,
      'A stream that nobody watches by HLS any more is cut for so long.',
      RELOADABLE,
    ),
  }),
  sip: group({
    id: text('34020000002000000001', 'Code of this server in GB/T 28181, 20 digits; devices are told it.', {
      allowed: 'a code of 20 digits',
      pattern: /^\d{20}$/,
    }),
    domain: text('3402000000', 'SIP domain of this server: by custom the first 10 digits of `sip.id`.', {
      allowed: 'letters, digits, dots and hyphens',
      pattern: /^[A-Za-z0-9.-]{1,64}$/,
    }),
    mediaPorts: optionalText('Range of ports, one for each stream, for devices that cannot share `listen.gbMedia`.', {
      allowed: 'a range such as "30002-30500", or null',
      pattern: /^\d{1,5}-\d{1,5}$/,
    }),
    mediaHost: optionalText(
      'Address devices send media to, where it is not `public.host`: the inner one in a network behind NAT.',
      { allowed: 'a host name, an address, or null', ...RELOADABLE },
    ),
    keepaliveTimeoutSeconds: integer(
      [10, 3600],
      180,
      'A registered device that was silent for so long is off: three keepalives of 60 s.',
      RELOADABLE,
    ),
    inviteTimeoutSeconds: integer([1, 60], 12, 'A device answers an INVITE within this time.', RELOADABLE),
    packetTimeoutSeconds: integer([1, 120], 10, 'A device that sends no media for so long is asked anew.', RELOADABLE),
  }),
  recording: group({
    disks: text(
      'recordings',
      'Directories of recordings, separated by commas, relative to `data`: the emptiest is filled.',
    ),
    freeSpaceMb: integer([0, 1 << 30], 1024, 'A disk with less free space takes no recordings.', RELOADABLE),
    encryptionKey: optionalText(
      'Key of recordings encrypted at rest; without it one is generated and kept in the data directory.',
      { allowed: 'a text of at least 16 letters, or null', minLength: 16, secret: true },
    ),
    s3: group({
      endpoint: optionalText('Object store for recordings, such as `https://s3.example.com`; null: none.', {
        allowed: 'an http:// or https:// URL, or null',
        pattern: /^https?:\/\/\S+$/,
      }),
      bucket: optionalText('Bucket of the object store.'),
      region: text('us-east-1', 'Region of the object store.'),
      prefix: text('sightline', 'Begin of the names of all objects.'),
      accessKey: optionalText('Access key id of the object store.', { secret: true }),
      secretKey: optionalText('Secret access key of the object store.', { secret: true }),
      spoolMb: integer([64, 1 << 30], 10240, 'Most that waits on disk while the object store is unreachable.'),
    }),
  }),
  callbacks: group({
    allowPrivate: flag(
      true,
      'Callbacks may go to private and loopback addresses; metadata addresses never.',
      RELOADABLE,
    ),
  }),
  link: group({
    url: optionalText(
      'Platform the node dials, such as `ws://platform:8000/link`; without it the node stands alone. `start` sets it.',
      {
        allowed: 'a ws:// or wss:// URL, or null',
        pattern: /^wss?:\/\/[^/\s]+\/\S*$/,
      },
    ),
    token: optionalText(
      'Secret shared by the platform and its nodes; without it one is generated and kept in the data directory.',
      {
        allowed: 'a text of at least 16 letters, or null',
        minLength: 16,
        secret: true,
      },
    ),
  }),
  node: group({
    id: text('node-1', 'Identity of the node at its platform; unique.'),
    name: optionalText('Name of the node for people; without it the id.'),
  }),
  access: group({
    publish: choice(['key', 'open'], 'key', 'Who may publish at a node without a platform.', RELOADABLE),
    play: choice(['signed', 'open'], 'signed', 'Who may play at a node without a platform.', RELOADABLE),
    publishKey: optionalText(
      'Key of publishers of this node; without it one is generated and kept in the data directory.',
      {
        allowed: 'a text of at least 8 letters, or null',
        minLength: 8,
        secret: true,
        ...RELOADABLE,
      },
    ),
    playKey: optionalText(
      'Key that signs play URLs of a node without a platform; generated like `access.publishKey`.',
      {
        allowed: 'a text of at least 8 letters, or null',
        minLength: 8,
        secret: true,
        ...RELOADABLE,
      },
    ),
  }),
})

export type Settings = z.output<typeof schema>

/** Every key in the order of the file, by its dotted name. */
export const KEYS: ReadonlyMap<string, KeyMeta> = new Map(leaves(schema, ''))

function* leaves(node: z.core.$ZodType, prefix: string): Generator<[string, KeyMeta]> {
  const object = objectOf(node)
  for (const [name, child] of Object.entries(object.shape)) {
    const path = prefix + name
    const meta = keyMeta.get(child)
    if (meta) yield [path, meta]
    else yield* leaves(child, `${path}.`)
  }
}

function objectOf(node: z.core.$ZodType): z.ZodObject {
  const inner = node instanceof z.ZodPrefault ? node.unwrap() : node
  if (inner instanceof z.ZodObject) return inner
  throw new TypeError('a configuration key was declared without its meta data')
}

/** `rtmp.chunkSize` -> `SIGHTLINE_RTMP_CHUNK_SIZE`. */
export function environmentName(key: string): string {
  return `SIGHTLINE_${key.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()}`
}
