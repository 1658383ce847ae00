// Written for browsers of any age: says which ones work instead of leaving the page white. A file, because the CSP allows no inline script.
// biome-ignore lint/complexity/useArrowFunction: browsers that know arrows are not the ones this is for
;(function () {
  var works =
    'noModule' in HTMLScriptElement.prototype &&
    typeof AbortSignal === 'function' &&
    'any' in AbortSignal &&
    'toReversed' in Array.prototype &&
    'popover' in HTMLElement.prototype
  if (works) return
  window.unsupported = true
  document.title = 'Sightline'
  var text = document.createElement('p')
  text.setAttribute('role', 'alert')
  text.style.cssText = 'max-width:32em;margin:15vh auto;padding:0 16px;font:16px/1.6 sans-serif'
  text.textContent =
    'This browser is too old for the console. Chrome, Edge or Firefox from 2024 on and Safari 17.4 or newer work. / ' +
    '浏览器版本过旧，请使用 2024 年以后的 Chrome、Edge、Firefox，或 Safari 17.4 及以上版本。'
  document.body.insertBefore(text, document.body.firstChild)
})()
