import iconv from 'iconv-lite'
import { asBuffer } from '../../base/bytes.ts'

/** What devices write. GB/T 28181-2016 asks for GB 2312, 2022 for GB 18030, some send UTF-8. */
export type GbCharset = 'GB2312' | 'GB18030' | 'UTF-8'

export interface DecodedText {
  readonly text: string
  /** What the bytes are; null when they are all ASCII and nothing is declared. */
  readonly charset: GbCharset | null
  /** The declaration says one thing and the bytes another: worth a line in the verdict. */
  readonly mislabelled: boolean
}

/** The declaration stands in the first line; looking further would only find text. */
const DECLARATION_BYTES = 128

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
const gb18030 = new TextDecoder('gb18030')

/** The `encoding` of an XML declaration; null when there is none or nobody has heard of it. */
function declaredCharset(bytes: Uint8Array): GbCharset | null {
  const head = asBuffer(bytes.subarray(0, DECLARATION_BYTES)).toString('latin1')
  const name = /<\?xml[^>]*\bencoding\s*=\s*["']\s*([\w-]+)/i.exec(head)?.[1]?.toUpperCase()
  if (name === undefined) return null
  if (/^GB[-_]?18030/.test(name)) return 'GB18030'
  if (/^(GB[-_]?2312|GBK|CP936|EUC-CN)/.test(name)) return 'GB2312'
  return /^UTF-?8$/.test(name) ? 'UTF-8' : null
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return null // not UTF-8: an answer, not an error
  }
}

/**
 * Text under a GB label that is UTF-8 all the same: every letter is Chinese or full width. GB text that happens to be
 * valid UTF-8 comes out as Latin, Greek or Arabic instead ('联通'), because its pairs make two-byte sequences.
 */
const looksChinese = (text: string): boolean =>
  !/[^\0-\x7f\u2010-\u203b\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/.test(text)

/** Reads what a device sent: by its declaration where the bytes agree with it, else as UTF-8 if valid, else as GB 18030. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const declared = declaredCharset(bytes)
  if (bytes.every(byte => byte < 0x80)) {
    return { text: asBuffer(bytes).toString('latin1'), charset: declared, mislabelled: false }
  }
  const asUtf8 = utf8(bytes)
  if (asUtf8 !== null && (declared === null || declared === 'UTF-8' || looksChinese(asUtf8))) {
    return { text: asUtf8, charset: 'UTF-8', mislabelled: declared !== null && declared !== 'UTF-8' }
  }
  const charset = declared === null || declared === 'UTF-8' ? 'GB18030' : declared
  return { text: gb18030.decode(bytes), charset, mislabelled: declared === 'UTF-8' }
}

/** GB 2312 is written as GBK, which every device that says GB2312 reads; what does not fit becomes '?'. */
export function encodeText(text: string, charset: GbCharset): Buffer {
  return charset === 'UTF-8' ? Buffer.from(text) : iconv.encode(text, charset === 'GB18030' ? 'gb18030' : 'gbk')
}
