import { rolesWith, writingActions } from 'bff/contract/permission-table';
import type { ProjectDetail } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { paths } from '../../paths.ts';
import { useSession } from '../account.ts';
import { useNeededWords } from '../error-words.ts';

/** What a page of a project can need beyond what everybody has who sees the project. */
export type PageNeed = 'member.read' | 'audit.read' | 'project.manage' | 'replication.read' | 'artifact.delete';

interface RefusedPageProps {
  project: ProjectDetail;
  needs: PageNeed;
  isNeededEverywhere: boolean;
}

/**
 * In place of a page that the reader may not see: which role it needs, where, and who could give it. The server is not
 * asked for anything of the page: each such question is a refusal in the project's audit log. Nobody signs in first.
 */
export function RefusedPage({ project, needs, isNeededEverywhere }: RefusedPageProps) {
  const { t } = useTranslation('project-frame');
  const neededWords = useNeededWords();
  const { pathname, search } = useLocation();
  const isSignedIn = useSession().account !== null;
  if (!isSignedIn) return <Navigate to={paths.signIn(`${pathname}${search}`)} replace />;
  const { name, isArchived, access } = project;
  const title = t('notForYou', { project: name });
  if (isArchived && writingActions.includes(needs))
    return <EmptyState title={title}>{t('notForYouArchived')}</EmptyState>;
  // Where any environment is enough, the first that the reader sees stands for them.
  const lacking = access.find(({ actions }) => !actions.includes(needs));
  const environment = (isNeededEverywhere ? lacking : access[0])?.environment ?? null;
  const { sentence, more } = neededWords({ action: needs, roles: rolesWith(needs), project: name, environment });
  return (
    <EmptyState title={title} action={more}>
      {sentence}
    </EmptyState>
  );
}
