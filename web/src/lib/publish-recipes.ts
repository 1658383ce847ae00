import type { PlayUrls, PublishUrls } from './api/types.ts'

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

/** Takes the picture of an RTSP camera as it is; the sound becomes AAC, which players know. */
export const rtspCameraCommand = ({ rtmp }: PublishUrls): string =>
  [
    'ffmpeg -rtsp_transport tcp -i rtsp://user:password@192.168.1.64/stream1',
    `-c:v copy -c:a aac -f flv ${quoted(rtmp)}`,
  ].join(' \\\n  ')

export const webcamCommand = ({ rtmp }: PublishUrls): string =>
  [
    'ffmpeg -f v4l2 -framerate 30 -video_size 1280x720 -i /dev/video0',
    '-c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -g 60 -b:v 2M',
    `-f flv ${quoted(rtmp)}`,
  ].join(' \\\n  ')

export const gstreamerCommand = ({ rtmp }: PublishUrls): string =>
  [
    'gst-launch-1.0 -e flvmux name=mux streamable=true',
    `! rtmp2sink location=${quoted(rtmp)}`,
    'videotestsrc is-live=true ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1',
    '! x264enc tune=zerolatency speed-preset=veryfast bitrate=2000 key-int-max=60 ! h264parse ! mux.',
    'audiotestsrc is-live=true wave=ticks ! audioconvert ! voaacenc bitrate=96000 ! aacparse ! mux.',
  ].join(' \\\n  ')

export const gstreamerRtspCommand = ({ rtmp }: PublishUrls): string =>
  [
    'gst-launch-1.0 -e rtspsrc location=rtsp://user:password@192.168.1.64/stream1 protocols=tcp',
    '! rtph264depay ! h264parse ! flvmux streamable=true',
    `! rtmp2sink location=${quoted(rtmp)}`,
  ].join(' \\\n  ')

export const ffplayCommand = ({ flv }: PlayUrls): string => `ffplay -fflags nobuffer -flags low_delay ${quoted(flv)}`

export const vlcCommand = ({ flv }: PlayUrls): string => `vlc --network-caching=300 ${quoted(flv)}`

export const recordCommand = ({ flv }: PlayUrls): string => `ffmpeg -i ${quoted(flv)} -c copy recording.mp4`

/** A page of one's own: HLS needs nothing on phones and Safari, hls.js elsewhere. */
export const htmlSnippet = ({ hls }: PlayUrls): string =>
  [
    '<video id="live" controls muted autoplay playsinline></video>',
    '<script type="module">',
    `  import Hls from 'hls.js'`,
    `  const url = ${JSON.stringify(hls)}`,
    `  const video = document.querySelector('#live')`,
    '  if (Hls.isSupported()) {',
    '    const hls = new Hls()',
    '    hls.loadSource(url)',
    '    hls.attachMedia(video)',
    '  } else video.src = url',
    '</script>',
  ].join('\n')
