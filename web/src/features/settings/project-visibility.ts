import type { Project } from 'bff/contract/projects';

export interface Visibility {
  isPublic: boolean;
  /** Only those that differ from the default on purpose. */
  publicEnvironments: Readonly<Record<string, boolean>>;
}

export type Choice = 'default' | 'public' | 'private';

export const visibilityOf = ({ isPublic, publicEnvironments }: Project): Visibility => ({
  isPublic,
  publicEnvironments,
});

export function choiceOf({ publicEnvironments }: Visibility, environment: string): Choice {
  const own = publicEnvironments[environment];
  return own === undefined ? 'default' : own ? 'public' : 'private';
}

export function withChoice(visibility: Visibility, environment: string, choice: Choice): Visibility {
  const { [environment]: _before, ...others } = visibility.publicEnvironments;
  return {
    ...visibility,
    publicEnvironments: choice === 'default' ? others : { ...others, [environment]: choice === 'public' },
  };
}

export function isSameVisibility(left: Visibility, right: Visibility): boolean {
  const names = new Set([...Object.keys(left.publicEnvironments), ...Object.keys(right.publicEnvironments)]);
  return (
    left.isPublic === right.isPublic &&
    [...names].every((name) => left.publicEnvironments[name] === right.publicEnvironments[name])
  );
}

/** What is sent: the default only where it changed, since it needs more rights than a single environment. */
export function changeOfVisibility(before: Visibility, after: Visibility): Partial<Visibility> {
  return {
    ...(before.isPublic === after.isPublic ? {} : { isPublic: after.isPublic }),
    ...(isSameVisibility({ ...before, isPublic: after.isPublic }, after)
      ? {}
      : { publicEnvironments: after.publicEnvironments }),
  };
}

/** Where everybody sees the project: all, some or no environments. */
export function publicPlaces(visibility: Visibility, environments: readonly string[]): readonly string[] | 'all' {
  const open = environments.filter((one) => visibility.publicEnvironments[one] ?? visibility.isPublic);
  return open.length === environments.length && (open.length > 0 || visibility.isPublic) ? 'all' : open;
}
