import type { Notice } from 'bff/contract/notices';
import { useTranslation } from 'react-i18next';
import { EditConflict } from '../../ui/EditConflict.tsx';
import { changedFields, type ComparedField, formOf, mailLanguages, type NoticeFormValues } from './notice-form.ts';
import { useNoticePolicies } from './notice-policies.ts';

interface NoticeConflictProps {
  /** As it was when the form was opened. */
  base: Notice;
  theirs: Notice;
  yours: NoticeFormValues;
  onTake: () => void;
}

/** Somebody saved meanwhile: what they changed, beside what is in the form. */
export function NoticeConflict({ base, theirs, yours, onTake }: NoticeConflictProps) {
  const { t } = useTranslation('notices');
  const { nameOf } = useNoticePolicies();
  const wordsOf = ({
    name,
    url,
    recipients,
    language,
    kinds,
    policyId,
  }: NoticeFormValues): Record<ComparedField, string> => ({
    name,
    url,
    recipients: recipients.replaceAll('\n', t('comma')),
    language: mailLanguages[language],
    kinds: kinds.map((kind) => t(`kind.${kind}`)).join(t('comma')),
    policyId: nameOf(policyId),
  });
  const [their, your] = [wordsOf(formOf(theirs, theirs.language)), wordsOf(yours)];
  return (
    <EditConflict
      name={theirs.name}
      fields={changedFields(base, theirs).map((key) => ({
        key,
        label: t(`form.${key === 'policyId' ? 'policy' : key}`),
        theirs: their[key],
        yours: your[key],
      }))}
      onTake={onTake}
    />
  );
}
