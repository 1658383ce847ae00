import { Icon, type IconName } from './icon.tsx'

interface Props {
  readonly icon: IconName
  readonly label: string
  /** Whose row it is, for those who do not see it. */
  readonly of?: string
  readonly disabled?: boolean
  readonly onClick: () => void
}

/** An icon to press, light enough to stand in every row of a long table. */
export function IconButton({ icon, label, of, disabled = false, onClick }: Props) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={of === undefined ? label : `${label}: ${of}`}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} size={18} />
    </button>
  )
}
