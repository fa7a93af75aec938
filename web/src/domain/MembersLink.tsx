import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../paths.ts';
import { canAt, useProjectAccess } from './project-access.ts';

/** From a refusal to the people who can change it; nothing where the reader may not see them. */
export function MembersLink({ project }: { project: string }) {
  const { t } = useTranslation('domain');
  if (!canAt(useProjectAccess(project), 'member.read')) return null;
  return <Link to={paths.members(project)}>{t('needed.members', { project })}</Link>;
}
