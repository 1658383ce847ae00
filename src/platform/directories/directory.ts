import type { DirectoryTable } from '../../storage/device-tables.ts'

/** A node of the tree of a space: made by people, or mirroring the catalog of a device. */
export interface Directory {
  readonly id: string
  readonly space: string
  /** Null: at the top of its space, or of its device. */
  readonly parentId: string | null
  readonly kind: DirectoryTable['kind']
  readonly name: string
  readonly description: string
  /** Of a mirrored one. */
  readonly deviceId: string | null
  readonly gbId: string | null
  readonly createdAtMs: number
}
