import type { HiddenManifestsView, HiddenQuestion } from './hidden-manifests.view.ts';
import type { Place } from './trash.ts';

export interface HiddenManifestsDeps {
  readonly view: HiddenManifestsView;
  readonly findImmutable: (place: Place & { readonly tag: string }) => Promise<string | undefined>;
}

/**
 * Whether nobody is to pull what the registry still has. A tag that a rule holds will be refused its deletion, and stays
 * where it is meanwhile. What the catalog has not heard of yet hides for that moment.
 */
export function createHiddenManifests({ view, findImmutable }: HiddenManifestsDeps) {
  return async (question: HiddenQuestion): Promise<boolean> => {
    if (!(await view.isIn(question))) return false;
    const { registryId, repository, tag } = question;
    const isHeld = async (name: string) => (await findImmutable({ registryId, repository, tag: name })) !== undefined;
    if (tag !== null) return !(await isHeld(tag));
    for (const { name, isGoing } of await view.listKeeping(question)) {
      if (name === null || !isGoing || (await isHeld(name))) return false;
    }
    return true;
  };
}
