/** A device that tried to register and that nobody listed. */
export interface PendingDevice {
  readonly id: string
  readonly space: string
  readonly gbId: string
  readonly remote: string
  readonly agent: string
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** How often. */
  readonly asked: number
  /** Name of who rejected it; null: it waits. */
  readonly rejectedBy: string | null
}
