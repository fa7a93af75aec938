import MoreIcon from '@mui/icons-material/MoreVert';
import type { MatrixColumn } from 'bff/contract/projects';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { LazyDeleteDialog } from '../../domain/trash/LazyDeleteDialog.tsx';
import { useDeletePlaces } from '../../domain/trash/use-delete-places.ts';
import { projectOf } from '../../paths.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';

interface RepositoryMenuProps {
  repository: string;
  columns: readonly MatrixColumn[];
  /** The registry people look at; empty for all. */
  registryId: string;
}

/** What is done with a repository rather than with a tag of it; nothing for who may not. */
export function RepositoryMenu({ repository, columns, registryId }: RepositoryMenuProps) {
  const { t } = useTranslation('repositories');
  const [intent, setIntent] = useState<DeletionIntent | null>(null);
  const registryIds = columns.map((column) => column.registryId);
  const places = useDeletePlaces(projectOf(repository), registryIds);
  if (places.length === 0 && intent === null) return null;
  const chosenIds = registryId === '' ? [] : [registryId];
  const open = (kind: 'pattern' | 'repository') => setIntent({ repository, registryIds, chosenIds, what: { kind } });
  return (
    <>
      <MenuButton
        label={t('more', { repository })}
        icon={<MoreIcon fontSize="small" />}
        actions={[
          { key: 'pattern', label: t('deleteByPattern'), onChoose: () => open('pattern') },
          { key: 'repository', label: t('deleteRepository'), onChoose: () => open('repository') },
        ]}
      />
      <LazyDeleteDialog intent={intent} onClose={() => setIntent(null)} />
    </>
  );
}
