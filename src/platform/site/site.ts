/** This installation, as its users see it. */
export interface Site {
  /** Names this installation among all others; made at the first start, never changed. */
  readonly mark: string
  readonly name: string
  /** URL of the official site; null: none is shown. */
  readonly address: string | null
  /** Telephone number of the service; null: none is shown. */
  readonly phone: string | null
}

/** What an administrator may change. */
export type SiteChange = Partial<Omit<Site, 'mark'>>
