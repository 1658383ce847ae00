/** ITU-T G.711: 8000 samples per second, one byte each. RTMP and GB/T 28181 carry nothing else. */
export const G711_SAMPLE_RATE = 8000
