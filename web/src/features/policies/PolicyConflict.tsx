import type { Policy, PolicyDraft } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { EditConflict } from '../../ui/EditConflict.tsx';
import { differingFacts, usePolicyFacts } from './policy-facts.ts';

interface PolicyConflictProps {
  /** As it was when the editor was opened. */
  base: Policy;
  theirs: Policy;
  yours: PolicyDraft;
  onTake: () => void;
}

/** Somebody saved meanwhile: what they changed, beside what is in the editor. */
export function PolicyConflict({ base, theirs, yours, onTake }: PolicyConflictProps) {
  const { t } = useTranslation('policies');
  const before = usePolicyFacts(base.content);
  const their = usePolicyFacts(theirs.content);
  const your = usePolicyFacts(yours.content);
  return (
    <EditConflict
      name={theirs.name}
      fields={[
        ...(base.name === theirs.name
          ? []
          : [{ key: 'name', label: t('fact.name'), theirs: theirs.name, yours: yours.name }]),
        ...differingFacts(before, their).map((key) => ({
          key,
          label: t(`fact.${key}`),
          theirs: their[key],
          yours: your[key],
        })),
      ]}
      onTake={onTake}
    />
  );
}
