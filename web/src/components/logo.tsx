/** An eye whose pupil is a play mark: sight, and what is seen. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--brand)" />
      <path
        d="M4.500 16C8 10.200 11.800 7.800 16 7.800S24 10.200 27.500 16C24 21.800 20.200 24.200 16 24.200S8 21.800 4.500 16Z"
        fill="none"
        stroke="#fff"
        strokeWidth="2.200"
        strokeLinejoin="round"
      />
      <path d="M13.600 12.300v7.400l6-3.700Z" fill="#fff" stroke="#fff" strokeLinejoin="round" />
    </svg>
  )
}
