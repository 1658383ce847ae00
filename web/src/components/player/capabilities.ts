import type { Capabilities } from './plan.ts'

/** Asks this browser. Safari on iPhone has ManagedMediaSource instead of MediaSource (iOS 17.1). */
export function browserCapabilities(): Capabilities {
  const source: { isTypeSupported(type: string): boolean } | undefined =
    window.MediaSource ?? (window as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource
  const video = document.createElement('video')
  return {
    mse: source !== undefined,
    isTypeSupported: type => source?.isTypeSupported(type) ?? false,
    webSocket: typeof WebSocket !== 'undefined',
    nativeHls: video.canPlayType('application/vnd.apple.mpegurl') !== '',
    canPlayType: type => video.canPlayType(type) !== '',
    securePage: location.protocol === 'https:',
  }
}
