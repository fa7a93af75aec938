/** Environments with a colour of their own; production is never green, nor is any other: green means healthy. */
const known = ['development', 'testing', 'staging', 'production'] as const;
type KnownEnvironment = (typeof known)[number];

const aliases: Readonly<Record<string, KnownEnvironment>> = {
  dev: 'development',
  test: 'testing',
  qa: 'testing',
  stage: 'staging',
  preproduction: 'staging',
  prod: 'production',
};

export interface EnvironmentColors {
  /** For text, lines and dots. */
  readonly color: string;
  /** For the ground behind that text. */
  readonly tint: string;
}

/** CSS colours of an environment, which is free text: one that is not known is neutral. */
export function environmentColors(environment: string): EnvironmentColors {
  const word = environment.trim().toLowerCase();
  const name = known.find((each) => each === word) ?? aliases[word] ?? 'other';
  return { color: `var(--env-${name})`, tint: `var(--env-${name}-tint)` };
}
