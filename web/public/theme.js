// Runs before the first paint, so that a dark room is never lit by a white flash. A file, because the CSP allows no inline script.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('sightline.theme')
  } catch {
    // Storage may be forbidden; the system's preference decides then.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
