import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { CellRole, Member } from 'bff/contract/members';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { AddMember, type Candidate } from './AddMember.tsx';
import { EffectsPanel } from './EffectsPanel.tsx';
import {
  type Cell,
  type Column,
  type Draft,
  memberKey,
  stillChanges,
  withoutMember,
  withRole,
} from './members-draft.ts';
import styles from './members.module.css';
import { membersQuery, useLiveMembers } from './members-queries.ts';
import { MembersGrid } from './MembersGrid.tsx';
import { SaveBar } from './SaveBar.tsx';

const urlDefaults = { q: '' };
const noDraft: Draft = new Map();
const noMembers: readonly Member[] = [];
const SKELETON_ROWS = 8;

export function MembersPage() {
  const { project = '' } = useParams();
  // Another project is another page: what was changed here is not carried there.
  return <Members key={project} project={project} />;
}

function Members({ project }: { project: string }) {
  const { t } = useTranslation('members');
  const errorWords = useErrorWords();
  const [{ q }, setUrl] = useUrlState(urlDefaults);
  const maySee = canAt(useProjectAccess(project), 'member.read');
  const query = useQuery({ ...membersQuery(project), enabled: maySee });
  useLiveMembers(project);
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const { members, draft, setDraft, added, add, forget } = useMembersDraft(query.data?.items ?? noMembers);
  const environments = query.data?.environments;
  const columns = useMemo((): readonly Column[] => [null, ...(environments ?? [])], [environments]);
  const mayChange = useMayChange(project, environments ?? []);
  const mayManage = columns.some(mayChange);
  const shown = useMemo(() => members.filter((member) => isFound(member, q)), [members, q]);
  const changes = useMemo(() => [...draft.values()], [draft]);
  const set = (cells: readonly Cell[], role: CellRole | null) => setDraft(withRole(draft, cells, role));
  const clear = (
    <Button variant="outlined" onClick={() => setUrl({ q: '' })}>
      {t('clear')}
    </Button>
  );

  return (
    <ProjectFrame
      project={project}
      section="members"
      needs="member.read"
      fill
      facts={query.data === undefined ? undefined : <span>{t('facts', { count: query.data.items.length })}</span>}
      toolbar={
        <>
          <SearchField value={q} onChange={(value) => setUrl({ q: value })} label={t('search')} />
          {mayManage ? (
            <AddMember
              project={project}
              known={new Set(members.map(memberKey))}
              onAdd={(candidate) => {
                setUrl({ q: '' });
                add(candidate);
              }}
            />
          ) : null}
          {mayManage ? <p className={styles['hint']}>{t('selection.hint')}</p> : null}
        </>
      }
    >
      {query.error !== null && query.data === undefined ? (
        <ErrorState title={t('grid')} error={errorWords(query.error)} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton />
      ) : members.length === 0 ? (
        <EmptyState title={t('empty')}>{mayManage ? t('emptyNext') : t('emptyReader')}</EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState title={t('noMatch', { query: q })} action={clear} />
      ) : (
        <div className={styles['halves']}>
          <MembersGrid
            project={project}
            members={shown}
            columns={columns}
            draft={draft}
            selection={selection}
            goTo={added}
            mayChange={mayChange}
            onSelectionChange={setSelection}
            onSet={set}
            onRemove={(member) => setDraft(withoutMember(draft, member, columns))}
          />
          {mayManage ? <EffectsPanel project={project} changes={changes} /> : null}
        </div>
      )}
      {mayManage ? (
        <SaveBar
          project={project}
          changes={changes}
          selected={selection.size}
          onClearSelection={() => setSelection(new Set())}
          onUndo={forget}
          onSaved={forget}
        />
      ) : null}
    </ProjectFrame>
  );
}

/** What is saved, who was added to it here, and what was changed here and is not saved. */
function useMembersDraft(stored: readonly Member[]) {
  const [kept, setDraft] = useState<Draft>(noDraft);
  const [candidates, setCandidates] = useState<readonly Candidate[]>([]);
  const members = useMemo(() => {
    const known = new Set(stored.map(memberKey));
    const fresh = candidates.filter((candidate) => !known.has(memberKey(candidate))).map(newMember);
    return [...fresh, ...stored];
  }, [stored, candidates]);
  const draft = useMemo(() => stillChanges(kept, members), [kept, members]);
  const latest = candidates[0];
  return {
    members,
    draft,
    setDraft,
    /** The one added last, for the focus. */
    added: latest === undefined ? null : memberKey(latest),
    add: (candidate: Candidate) => setCandidates((known) => [candidate, ...known]),
    forget: () => {
      setDraft(noDraft);
      setCandidates([]);
    },
  };
}

function newMember(candidate: Candidate): Member {
  return { ...candidate, isDisabled: false, userCount: null, defaultRole: null, environmentRoles: {} };
}

/** “All environments” speaks for each of them. */
function useMayChange(project: string, environments: readonly string[]): (column: Column) => boolean {
  const access = useProjectAccess(project);
  return (column) =>
    column === null
      ? canAt(access, 'project.manage') && environments.every((one) => canAt(access, 'project.manage', one))
      : canAt(access, 'project.manage', column);
}

function isFound({ name, displayName }: Member, q: string): boolean {
  const wanted = q.trim().toLowerCase();
  return name.toLowerCase().includes(wanted) || displayName.toLowerCase().includes(wanted);
}

function Skeleton() {
  return (
    <div className={styles['skeleton']} aria-busy="true">
      {Array.from({ length: SKELETON_ROWS }, (_unused, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
