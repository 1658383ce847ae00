import type { PublishUrls } from './api/types.ts'

const quoted = (text: string) => `"${text.replaceAll(/(["\\$`])/g, '\\$1')}"`

/** A moving test picture with a tone: something to see before any camera is at hand. */
export const testPatternCommand = ({ rtmp }: PublishUrls): string =>
  [
    'ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440',
    '-c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -g 60 -b:v 2M',
    `-c:a aac -ar 44100 -f flv ${quoted(rtmp)}`,
  ].join(' \\\n  ')

export const fileCommand = ({ rtmp }: PublishUrls): string =>
  `ffmpeg -re -stream_loop -1 -i input.mp4 -c copy -f flv ${quoted(rtmp)}`
