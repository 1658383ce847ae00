import { Input } from 'antd'
import { type ReactNode, useId } from 'react'

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  /** In place of the hint, when what is written cannot be taken. */
  readonly wrong?: string | null | undefined
}

interface TextProps extends FieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'password' | 'number' | 'datetime-local'
  readonly autoComplete?: string
  readonly autoFocus?: boolean
  readonly placeholder?: string
  readonly maxLength?: number
  /** Lines of a field for several of them. */
  readonly lines?: number
}

/** A labelled line, or some lines, of text. */
export function TextField(props: TextProps) {
  const { label, hint, wrong, value, onChange, type = 'text', lines, autoComplete = 'off', ...rest } = props
  const id = useId()
  const common = {
    ...rest,
    id,
    value,
    autoComplete,
    'aria-describedby': `${id}-hint`,
    'aria-invalid': wrong != null,
    status: wrong != null ? ('error' as const) : ('' as const),
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  }
  return (
    <label className="field" htmlFor={id}>
      <span>{label}</span>
      {lines === undefined ? (
        type === 'password' ? (
          <Input.Password {...common} />
        ) : (
          <Input {...common} type={type} />
        )
      ) : (
        <Input.TextArea {...common} rows={lines} className="mono" />
      )}
      <small id={`${id}-hint`} className={wrong == null ? 'muted' : 'wrong'}>
        {wrong ?? hint}
      </small>
    </label>
  )
}

interface ChoiceProps<Value extends string> extends FieldProps {
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onChange: (value: Value) => void
}

export function ChoiceField<Value extends string>({ label, hint, value, options, onChange }: ChoiceProps<Value>) {
  const id = useId()
  return (
    <label className="field" htmlFor={id}>
      <span>{label}</span>
      <select
        id={id}
        className="select"
        value={value}
        aria-describedby={`${id}-hint`}
        onChange={event => {
          const chosen = options.find(option => option.value === event.target.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <small id={`${id}-hint`} className="muted">
        {hint}
      </small>
    </label>
  )
}

interface CheckProps extends FieldProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

export function CheckField({ label, hint, checked, onChange }: CheckProps) {
  const id = useId()
  return (
    <label className="check-field" htmlFor={id}>
      <input id={id} type="checkbox" checked={checked} onChange={event => onChange(event.target.checked)} />
      <span>
        {label}
        {hint !== undefined && <small className="muted">{hint}</small>}
      </span>
    </label>
  )
}

/** Fields beside each other where there is room. */
export const Fields = ({ children }: { children: ReactNode }) => <div className="fields">{children}</div>
