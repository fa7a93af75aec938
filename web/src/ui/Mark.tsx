/** The product's mark: stacked containers at a quay. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round">
        <path d="M9 7v18h14" />
        <path d="M14 20v-5h4v5M18 20v-9h4v9" />
      </g>
    </svg>
  );
}
