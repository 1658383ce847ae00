import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { temporaryFolder } from '../ffmpeg.ts'
import { type Program, program } from './programs.ts'

/** What SIPp does, step by step; the names are those of its scenario files. */
export interface Step {
  readonly xml: string
}

const DEVICE = '34020000001320000001'

/** Headers of every request of a scenario. `{method}` of CSeq, and the start line, are the caller's. */
const headers = (device: string) =>
  [
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=[branch]',
    `From: <sip:${device}@3402000000>;tag=[pid]tag[call_number]`,
    'To: <sip:34020000002000000001@3402000000>',
    'Call-ID: [call_id]',
    `Contact: <sip:${device}@[local_ip]:[local_port];transport=[transport]>`,
    'Max-Forwards: 70',
  ].join('\n')

/** A request from SIPp, repeated every 500 ms over UDP until it is answered. `device` is who sends it. */
export function send(
  method: string,
  cseq: number,
  more: {
    head?: string
    cseqMethod?: string
    version?: string
    uri?: string
    body?: string
    length?: string
    device?: string
  } = {},
): Step {
  const { head = '', cseqMethod = method, version = 'SIP/2.0', body = '', length = '[len]', device = DEVICE } = more
  const { uri = 'sip:34020000002000000001@3402000000' } = more
  const lines = [
    `${method} ${uri} ${version}`,
    headers(device),
    `CSeq: ${cseq} ${cseqMethod}`,
    ...(head === '' ? [] : [head]),
  ]
  const retrans = method === 'ACK' ? '' : ' retrans="500"'
  return { xml: `<send${retrans}><![CDATA[\n\n${lines.join('\n')}\nContent-Length: ${length}\n\n${body}]]></send>` }
}

/** An answer from SIPp to the last request it received. */
export function respond(status: number, tag: string, head = ''): Step {
  return answer(status, '[last_Via:]', '[last_CSeq:]', tag, head)
}

/** Keeps Via and CSeq of the request, for `respondToInvite`. */
export const REMEMBERED =
  '<action><ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="1"/>' +
  '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="2"/></action>'

/** An answer to the INVITE that was `REMEMBERED`, after other requests came. */
export function respondToInvite(status: number, tag: string): Step {
  return answer(status, 'Via:[$2]', 'CSeq:[$1]', tag, '')
}

function answer(status: number, via: string, cseq: string, tag: string, head: string): Step {
  // Where To had a tag, as after the first answer, it would have two.
  const to = tag === '' ? '[last_To:]' : `To: <sip:34020000001320000001@3402000000>;tag=${tag}`
  const contact = 'Contact: <sip:[local_ip]:[local_port];transport=[transport]>'
  const lines = [`SIP/2.0 ${status} Answer`, via, '[last_From:]', to, '[last_Call-ID:]', cseq, contact]
  if (head !== '') lines.push(head)
  return { xml: `<send><![CDATA[\n\n${lines.join('\n')}\nContent-Length: 0\n\n]]></send>` }
}

export const expectStatus = (status: number, attributes = ''): Step => ({
  xml: `<recv response="${status}" ${attributes}/>`,
})

export const expectRequest = (method: string, action = ''): Step => ({
  xml: `<recv request="${method}">${action}</recv>`,
})

export interface SippOptions {
  readonly transport: 'udp' | 'tcp'
  /** SIPp calls this port; it is called itself when left out. */
  readonly to?: number
  readonly calls: number
  /** Calls begun in a second. */
  readonly rate?: number
  /** Percent of its packets that SIPp loses on purpose, both ways. */
  readonly lostPercent?: number
  /** One line for each call, in turn: [field0], [field1] ... are its parts between semicolons. */
  readonly rows?: readonly string[]
}

export interface Sipp extends Program {
  readonly port: number
  /** Rejects with what SIPp says when a call was not as the scenario has it. */
  finished(): Promise<void>
}

/** SIPp with a scenario of our own, or one of its own by name ('uac', 'uas'). */
export async function sipp(scenario: string | readonly Step[], options: SippOptions): Promise<Sipp> {
  const port = await freePort()
  const folder = temporaryFolder()
  const args = [
    '-i',
    '127.0.0.1',
    '-p',
    String(port),
    '-t',
    options.transport === 'udp' ? 'u1' : 't1',
    '-nostdin',
    '-timeout',
    '25s',
  ]
  args.push('-m', String(options.calls), '-timeout_error', '-trace_err', '-error_file', folder.file('errors.log'))
  if (typeof scenario === 'string') args.push('-sn', scenario)
  else {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="test">\n${scenario.map(step => step.xml).join('\n')}\n</scenario>\n`
    writeFileSync(folder.file('scenario.xml'), xml)
    args.push('-sf', folder.file('scenario.xml'))
  }
  if (options.rows) {
    writeFileSync(folder.file('rows.csv'), `SEQUENTIAL\n${options.rows.join('\n')}\n`)
    args.push('-inf', folder.file('rows.csv'))
  }
  if (options.rate !== undefined) args.push('-r', String(options.rate))
  if (options.lostPercent !== undefined) args.push('-lost', String(options.lostPercent))
  if (options.to !== undefined) args.push(`127.0.0.1:${options.to}`)
  const started = program('sipp', ...args)
  return {
    ...started,
    port,
    async finished() {
      const code = await started.exit
      if (code !== 0) throw new Error(`sipp ended with ${code}: ${started.output().slice(-4000)}`)
    },
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/**
 * SIPp would take 5060. It asks for its port without SO_REUSEADDR, so a port that a connection of a moment ago left in
 * TIME_WAIT will not do: one below those the system gives to connections.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(16_384, 32_768)
    const udp = createSocket('udp4')
    const tcp = createServer()
    try {
      udp.bind(port, '127.0.0.1')
      await once(udp, 'listening')
      tcp.listen(port, '127.0.0.1')
      await once(tcp, 'listening')
      return port
    } catch {
      // somebody has it
    } finally {
      await Promise.all([once(udp.close(), 'close'), tcp.listening && once(tcp.close(), 'close')])
    }
  }
}
