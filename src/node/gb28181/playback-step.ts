/** Frames of a camera that sends one a second are not further apart, at speed 1. */
const MAX_STEP_MS = 1500
/** Rounding, and devices that send a frame late. */
const MAX_BACK_MS = 100

/** Whether the step from frame to frame of a track is none of playing on at this speed, where only keyframes may come. */
export function isJump(stepMs: number, speed: number): boolean {
  // a GOP of smart codecs is 8 s
  const ahead = Math.abs(speed) > 1 ? 10_000 : MAX_STEP_MS
  return stepMs < -MAX_BACK_MS || stepMs > ahead
}
