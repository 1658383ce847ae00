import type { StartEngine } from './engine.ts'

/** HLS by the video element itself: Safari, and iPhones without Media Source Extensions. */
export const startNative: StartEngine = async (video, attempt, events) => {
  let over = false
  const onError = () => {
    if (over) return
    over = true
    events.onError(`media error ${video.error?.code ?? '?'}: ${video.error?.message ?? ''}`)
  }
  video.addEventListener('error', onError)
  video.src = attempt.url
  return {
    networkKbps: () => null,
    distanceToLiveMs: () => null,
    destroy() {
      over = true
      video.removeEventListener('error', onError)
      video.removeAttribute('src')
      video.load()
    },
  }
}
