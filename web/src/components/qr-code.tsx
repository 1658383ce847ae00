import { QRCode } from 'antd'

/** Dark on white in both themes: many readers do not know the inverse. A file of its own, loaded when asked for. */
export default function QrCode({ value }: { value: string }) {
  return <QRCode value={value} type="svg" size={232} errorLevel="L" color="#000000" bgColor="#ffffff" />
}
