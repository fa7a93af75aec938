import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { PlaceAction } from 'bff/contract/permissions';
import { listPromotionApprovals } from 'bff/contract/promotions';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { paths } from '../../paths.ts';
import { type Access, canAt } from '../project-access.ts';
import { approvalsQuery } from '../promotion/promotion-queries.ts';
import styles from './project.module.css';

const sections = [
  'matrix',
  'repositories',
  'members',
  'robots',
  'promotions',
  'retention',
  'trash',
  'storage',
  'activity',
  'notices',
  'settings',
] as const;
export type ProjectSection = (typeof sections)[number];

const needed: Readonly<Record<ProjectSection, PlaceAction>> = {
  matrix: 'catalog.read',
  repositories: 'catalog.read',
  members: 'member.read',
  robots: 'member.read',
  promotions: 'replication.read',
  retention: 'member.read',
  trash: 'artifact.delete',
  storage: 'catalog.read',
  activity: 'audit.read',
  notices: 'project.manage',
  settings: 'project.manage',
};

const addresses: Readonly<Record<ProjectSection, (project: string) => string>> = {
  matrix: (project) => paths.project(project),
  repositories: (project) => paths.project(project, { view: 'repositories' }),
  members: (project) => paths.members(project),
  robots: (project) => paths.robots(project),
  promotions: (project) => paths.promotions(project),
  retention: (project) => paths.retention(project),
  trash: (project) => paths.projectTrash(project),
  storage: (project) => paths.projectStorage(project),
  activity: (project) => paths.activity(project),
  notices: (project) => paths.projectNotices(project),
  settings: (project) => paths.projectSettings(project),
};

/** So much of the one before it as says that there is one. */
const TAB_BEFORE_PX = 60;

interface ProjectTabsProps {
  project: string;
  section: ProjectSection;
  access: Access;
}

/** The pages of a project that the reader may see. The first two are there before that is known: who is here sees them. */
export function ProjectTabs({ project, section, access }: ProjectTabsProps) {
  const { t } = useTranslation('project-frame');
  const shown = sections.filter(
    (one) => needed[one] === 'catalog.read' || one === section || canAt(access, needed[one]),
  );
  const nav = useRef<HTMLElement>(null);
  const seen = useRef('');
  useEffect(() => {
    const state = `${section} ${shown.length}`;
    if (seen.current === state) return;
    seen.current = state;
    // On a phone the tabs are wider than the window: the one that one is on is in sight.
    const current = nav.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (nav.current === null || current == null) return;
    nav.current.scrollLeft = current.offsetLeft - nav.current.offsetLeft - TAB_BEFORE_PX;
  });
  return (
    <nav ref={nav} className={styles['tabs']} aria-label={t('views')}>
      {shown.map((one) => (
        <Link key={one} to={addresses[one](project)} aria-current={one === section ? 'page' : undefined}>
          {t(one)}
          {one === 'promotions' ? <WaitingCount project={project} access={access} /> : null}
        </Link>
      ))}
    </nav>
  );
}

/** How many promotions wait for the reader's word. */
function WaitingCount({ project, access }: { project: string; access: Access }) {
  const { t } = useTranslation('project-frame');
  const client = useQueryClient();
  const { data } = useQuery({ ...approvalsQuery(project), enabled: canAt(access, 'artifact.push') });
  useStreamEvent('promotion', (changed) => {
    if (changed.project === project) void client.invalidateQueries({ queryKey: [listPromotionApprovals.path] });
  });
  if (data === undefined || data.total === 0) return null;
  return (
    <span className={styles['waiting']} title={t('promotionsWaiting', { count: data.total })}>
      <span aria-hidden="true">{data.total}</span>
      <span className="visually-hidden">{t('promotionsWaiting', { count: data.total })}</span>
    </span>
  );
}
