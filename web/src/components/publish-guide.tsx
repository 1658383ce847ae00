import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Stream } from '../lib/api/types.ts'
import { fileCommand, testPatternCommand } from '../lib/publish-recipes.ts'
import { CopyField } from './copy-field.tsx'

type Tool = 'obs' | 'ffmpeg' | 'url'

/** How to send a picture to this stream, with this server's own values filled in. */
export function PublishGuide({ publish }: { publish: Stream['publish'] }) {
  const { t } = useTranslation()
  const [tool, setTool] = useState<Tool>('obs')
  return (
    <div className="publish-guide">
      <Segmented<Tool>
        value={tool}
        onChange={setTool}
        options={[
          { value: 'obs', label: 'OBS' },
          { value: 'ffmpeg', label: 'FFmpeg' },
          { value: 'url', label: t('publish.url') },
        ]}
      />
      {tool === 'obs' && (
        <>
          <p className="muted">{t('publish.obsHow')}</p>
          <CopyField label={t('publish.server')} value={publish.obs.server} />
          <CopyField label={t('publish.streamKey')} value={publish.obs.streamKey} secret />
          <p className="muted">{t('publish.obsAdvice')}</p>
        </>
      )}
      {tool === 'ffmpeg' && (
        <>
          <CopyField label={t('publish.testPattern')} value={testPatternCommand(publish)} multiline />
          <CopyField label={t('publish.file')} value={fileCommand(publish)} multiline />
        </>
      )}
      {tool === 'url' && (
        <>
          <p className="muted">{t('publish.urlHow')}</p>
          <CopyField label="RTMP" value={publish.rtmp} />
          {publish.rtmps !== undefined && <CopyField label="RTMPS" value={publish.rtmps} />}
        </>
      )}
    </div>
  )
}
