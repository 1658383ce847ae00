import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `vite dev` finds the platform. */
const PLATFORM = process.env['SIGHTLINE_PLATFORM'] ?? 'http://127.0.0.1:8000'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { proxy: { '/api': PLATFORM, '/metrics': PLATFORM } },
  build: {
    target: 'es2022',
    // The platform's CSP has no `data:` for scripts and fonts: keep every asset a file of its own.
    assetsInlineLimit: 0,
    // hls.js and mpegts.js are single files of that size and load only with a player.
    chunkSizeWarningLimit: 600,
  },
})
