interface Props<Value extends string> {
  readonly label: string
  /** The word for no filter. */
  readonly all: string
  readonly value: Value | undefined
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onChange: (value: Value | undefined) => void
}

/** One of several values to filter by, or all: in a toolbar, where more than three words have no room. */
export function FilterSelect<Value extends string>({ label, all, value, options, onChange }: Props<Value>) {
  return (
    <select
      className="select"
      aria-label={label}
      value={value ?? ''}
      onChange={event => onChange(options.find(option => option.value === event.target.value)?.value)}
    >
      <option value="">{all}</option>
      {options.map(option => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
