/** Address and port of a socket's peer: '10.0.0.1:5000', '[2001:db8::1]:5000'. IPv4 seen through IPv6 is written as IPv4. */
export function peerAddress(socket: {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}): string {
  const address = (socket.remoteAddress ?? '?').replace(/^::ffff:(?=\d+\.)/i, '')
  return `${address.includes(':') ? `[${address}]` : address}:${socket.remotePort ?? 0}`
}
