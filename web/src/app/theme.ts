import { type ThemeConfig, theme } from 'antd'
import type { Theme } from '../lib/preferences.ts'

/** The palette of styles.css, in antd's words. Colours are chosen there; here are the few antd computes others from. */
const COLORS = {
  light: {
    primary: '#4a50c8',
    base: '#ffffff',
    text: '#171a21',
    layout: '#f5f6f8',
    elevated: '#ffffff',
    line: '#dfe3e9',
    error: '#bd2630',
  },
  dark: {
    primary: '#8a90f5',
    base: '#14171d',
    text: '#e6e9ef',
    layout: '#0c0e12',
    elevated: '#1b1f27',
    line: '#2b313c',
    error: '#ff7b83',
  },
} as const satisfies Record<Theme, object>

const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"

export function antdTheme(name: Theme): ThemeConfig {
  const color = COLORS[name]
  return {
    algorithm: name === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: color.primary,
      colorLink: color.primary,
      colorBgBase: color.base,
      colorBgContainer: color.base,
      colorBgElevated: color.elevated,
      colorBgLayout: color.layout,
      colorTextBase: color.text,
      colorBorder: color.line,
      colorError: color.error,
      colorTextLightSolid: name === 'dark' ? '#0c0e12' : '#ffffff',
      fontFamily: FONT,
      borderRadius: 8,
      controlHeight: 36,
      motionDurationMid: '0.14s',
      motionDurationSlow: '0.18s',
      wireframe: false,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', fontWeight: 500 },
      Segmented: { itemSelectedBg: color.elevated, trackBg: color.line },
    },
  }
}
