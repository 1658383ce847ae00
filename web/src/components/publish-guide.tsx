import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PublishUrls } from '../lib/api/types.ts'
import {
  fileCommand,
  gstreamerCommand,
  gstreamerRtspCommand,
  rtspCameraCommand,
  testPatternCommand,
  webcamCommand,
} from '../lib/publish-recipes.ts'
import { CopyField } from './copy-field.tsx'

const TOOLS = ['obs', 'ffmpeg', 'gstreamer', 'camera', 'url'] as const
export type Tool = (typeof TOOLS)[number]

export const toolOf = (name: string | undefined): Tool => TOOLS.find(tool => tool === name) ?? 'obs'

interface Props {
  readonly publish: PublishUrls
  /** The chosen program when the page keeps it (in its URL). */
  readonly tool?: Tool
  readonly onTool?: (tool: Tool) => void
}

/** How to send a picture to this stream, with this server's own values filled in. */
export function PublishGuide({ publish, tool: kept, onTool }: Props) {
  const { t } = useTranslation()
  const [own, setOwn] = useState<Tool>('obs')
  const tool = kept ?? own
  return (
    <div className="publish-guide">
      <Segmented<Tool>
        aria-label={t('publish.with')}
        value={tool}
        onChange={onTool ?? setOwn}
        options={[
          { value: 'obs', label: 'OBS' },
          { value: 'ffmpeg', label: 'FFmpeg' },
          { value: 'gstreamer', label: 'GStreamer' },
          { value: 'camera', label: t('publish.camera') },
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
          <CopyField label={t('publish.rtspCamera')} value={rtspCameraCommand(publish)} multiline />
          <CopyField label={t('publish.file')} value={fileCommand(publish)} multiline />
          <CopyField label={t('publish.webcam')} value={webcamCommand(publish)} multiline />
        </>
      )}
      {tool === 'gstreamer' && (
        <>
          <CopyField label={t('publish.testPattern')} value={gstreamerCommand(publish)} multiline />
          <CopyField label={t('publish.rtspCamera')} value={gstreamerRtspCommand(publish)} multiline />
        </>
      )}
      {tool === 'camera' && (
        <>
          <ol className="steps">
            <li>{t('publish.cameraStep.menu')}</li>
            <li>
              {t('publish.cameraStep.paste')}
              <CopyField label={t('publish.url')} value={publish.rtmp} />
            </li>
            <li>{t('publish.cameraStep.codec')}</li>
            <li>{t('publish.cameraStep.enable')}</li>
          </ol>
          <p className="muted">{t('publish.cameraNoRtmp')}</p>
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
