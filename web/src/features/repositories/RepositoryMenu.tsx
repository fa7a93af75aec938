import MoreIcon from '@mui/icons-material/MoreVert';
import type { MatrixColumn } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { useDeletePlaces } from '../../domain/trash/use-delete-places.ts';
import { projectOf } from '../../paths.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';

interface RepositoryMenuProps {
  repository: string;
  columns: readonly MatrixColumn[];
  /** The registry people look at; empty for all. */
  registryId: string;
  onDelete: (intent: DeletionIntent) => void;
}

/** What is done with a repository rather than with a tag of it; nothing for who may not. */
export function RepositoryMenu({ repository, columns, registryId, onDelete }: RepositoryMenuProps) {
  const { t } = useTranslation('repositories');
  const registryIds = columns.map((column) => column.registryId);
  const places = useDeletePlaces(projectOf(repository), registryIds);
  if (places.length === 0) return null;
  const chosenIds = registryId === '' ? [] : [registryId];
  const open = (kind: 'pattern' | 'repository') => onDelete({ repository, registryIds, chosenIds, what: { kind } });
  return (
    <MenuButton
      label={t('more', { repository })}
      icon={<MoreIcon fontSize="small" />}
      actions={[
        { key: 'pattern', label: t('deleteByPattern'), onChoose: () => open('pattern') },
        { key: 'repository', label: t('deleteRepository'), onChoose: () => open('repository') },
      ]}
    />
  );
}
