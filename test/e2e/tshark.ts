import { program } from './programs.ts'

/** What Wireshark found in one packet. */
export interface Dissected {
  /** SIP, SDP, RTP ..., with all layers below. */
  readonly protocols: readonly string[]
  /** Of a SIP request, or of what an answer is to. */
  readonly method: string
  readonly status: string
  readonly payloadType: string
  /** Complaints, from warnings on. */
  readonly complaints: readonly string[]
}

const FIELDS = [
  'frame.protocols',
  'sip.Method',
  'sip.CSeq.method',
  'sip.Status-Code',
  'rtp.p_type',
  '_ws.expert.severity',
  '_ws.expert.message',
  '_ws.malformed',
] as const
/** epan/proto.h: PI_WARN. */
const WARNING = 0x600000

/** Reads a capture with Wireshark; `rules` are those of `-d`, such as `udp.port==5060,sip`. */
export async function dissect(file: string, ...rules: readonly string[]): Promise<Dissected[]> {
  const fields = FIELDS.flatMap(field => ['-e', field])
  const decode = rules.flatMap(rule => ['-d', rule])
  const format = ['-T', 'fields', '-E', 'separator=/t', '-E', 'aggregator=|', '-E', 'occurrence=a']
  await using tshark = program('tshark', '-n', '-r', file, ...decode, ...format, ...fields)
  const code = await tshark.exit
  if (code !== 0) throw new Error(`tshark ended with ${code}: ${tshark.output().slice(-2000)}`)
  const lines = tshark.output().split('\n')
  return lines
    .filter(line => line.includes('\t'))
    .map(line => {
      const [
        protocols = '',
        method = '',
        answered = '',
        status = '',
        payloadType = '',
        severities = '',
        messages = '',
        malformed = '',
      ] = line.split('\t')
      const texts = messages.split('|')
      const serious = severities.split('|').flatMap((level, n) => (Number(level) >= WARNING ? [texts[n] ?? level] : []))
      return {
        protocols: protocols.split(':'),
        method: method || answered,
        status,
        payloadType,
        complaints: [...serious, ...(malformed === '' ? [] : [`malformed: ${malformed}`])],
      }
    })
}
