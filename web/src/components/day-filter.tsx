import { Input } from 'antd'
import './day-filter.css'

interface Props {
  readonly label: string
  /** YYYY-MM-DD. */
  readonly day: string | undefined
  readonly onChange: (day: string | undefined) => void
}

/** One day to filter by, in a toolbar. */
export const DayFilter = ({ label, day, onChange }: Props) => (
  <Input
    type="date"
    className="day-filter"
    aria-label={label}
    value={day ?? ''}
    onChange={({ target }) => onChange(target.value || undefined)}
  />
)
