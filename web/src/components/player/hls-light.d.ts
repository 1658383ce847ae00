/** The light build has the main build's types; the package declares only those. */
declare module 'hls.js/light' {
  export { default } from 'hls.js'
}
