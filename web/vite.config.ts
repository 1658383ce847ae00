import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Where `vite dev` finds the platform. */
const PLATFORM = process.env['SIGHTLINE_PLATFORM'] ?? 'http://127.0.0.1:8000'

/** `.gz` and `.br` beside each text file: the platform sends those as they are and compresses nothing itself. */
const precompress: Plugin = {
  name: 'precompress',
  apply: 'build',
  writeBundle({ dir = '' }, bundle) {
    for (const name of Object.keys(bundle).filter(name => /\.(js|css|html)$/.test(name))) {
      const file = join(dir, name)
      const content = readFileSync(file)
      writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
      writeFileSync(`${file}.br`, brotliCompressSync(content))
    }
  },
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), precompress],
  server: { proxy: { '/api': PLATFORM, '/metrics': PLATFORM } },
  build: {
    target: 'es2022',
    // The platform's CSP has no `data:` for scripts and fonts: keep every asset a file of its own.
    assetsInlineLimit: 0,
    // hls.js and mpegts.js are single files of that size and load only with a player.
    chunkSizeWarningLimit: 600,
  },
})
