import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { streamNamesQuery } from '../lib/api/recording-queries.ts'
import { Icon } from './icon.tsx'

interface Props {
  readonly space: string | undefined
  /** Path of the chosen stream. */
  readonly path: string | undefined
  readonly onChange: (path: string | undefined) => void
}

/** One stream to filter by, by typing; also one that was deleted, by its whole path. */
export function StreamFilter({ space, path, onChange }: Props) {
  const { t } = useTranslation()
  const list = useId()
  const [text, setText] = useState(path ?? '')
  const streams = useQuery(streamNamesQuery(space)).data ?? []
  useEffect(() => setText(path ?? ''), [path])
  const take = (value: string) => {
    if (value === (path ?? '')) return
    onChange(value || undefined)
  }
  return (
    <>
      <Input
        className="search-box"
        prefix={<Icon name="streams" size={16} />}
        placeholder={t('recordings.stream')}
        aria-label={t('recordings.stream')}
        allowClear
        list={list}
        value={text}
        onChange={({ target: { value } }) => {
          setText(value)
          if (value === '' || streams.some(each => each.path === value)) take(value)
        }}
        onPressEnter={() => take(text.trim())}
      />
      <datalist id={list}>
        {streams.map(({ id, path, title }) => (
          <option key={id} value={path}>
            {title}
          </option>
        ))}
      </datalist>
    </>
  )
}
