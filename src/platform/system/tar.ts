const BLOCK = 512

/** A POSIX ustar archive (POSIX.1-1988 §10.1.1) of small files with short ASCII names. */
export function tar(files: Readonly<Record<string, string>>, nowMs: number): Buffer {
  const parts: Buffer[] = []
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    parts.push(header(name, content.length, nowMs), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK))
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

function header(name: string, size: number, nowMs: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  block.write(name, 0, 100)
  block.write(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  block.write(`${octal(size, 11)}\0${octal(Math.floor(nowMs / 1000), 11)}\0`, 124)
  block.write('        0', 148) // the sum counts itself as spaces; type flag: a file
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}
