import { useQuery } from '@tanstack/react-query';
import { listProjectAudit } from 'bff/contract/audit';
import { listMemberCandidates, listMembers } from 'bff/contract/members';
import { listPromotions } from 'bff/contract/promotions';
import { listTrash } from 'bff/contract/trash';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useErrorWords } from '../error-words.ts';

/** What a page of a project can need beyond what everybody has who sees the project. */
export type PageNeed = 'member.read' | 'audit.read' | 'project.manage' | 'replication.read' | 'artifact.delete';

/** Of each need the smallest thing that is refused without it: which role is needed where, only the server knows. */
const questions: Readonly<Record<PageNeed, (project: string, signal: AbortSignal) => Promise<unknown>>> = {
  'member.read': (project, signal) => call(listMembers, { params: { project } }, { signal }),
  'audit.read': (project, signal) => call(listProjectAudit, { params: { project }, query: { limit: 1 } }, { signal }),
  'replication.read': (project, signal) =>
    call(listPromotions, { params: { project }, query: { limit: 1 } }, { signal }),
  'artifact.delete': (project, signal) => call(listTrash, { params: { project }, query: { limit: 1 } }, { signal }),
  'project.manage': (project, signal) => call(listMemberCandidates, { params: { project } }, { signal }),
};

/** In place of a page that the reader may not see: which role it needs, where, and who could give it. */
export function RefusedPage({ project, needs }: { project: string; needs: PageNeed }) {
  const { t } = useTranslation('project-frame');
  const errorWords = useErrorWords();
  const { error } = useQuery({
    queryKey: ['refused-page', needs, project],
    queryFn: ({ signal }) => questions[needs](project, signal),
  });
  const refusal = errorWords(error);
  return (
    <EmptyState title={t('notForYou', { project })} action={refusal?.more}>
      {refusal === null ? t('notForYouNext') : refusal.sentence}
    </EmptyState>
  );
}
