import Button from '@mui/material/Button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { LazyDeleteDialog } from '../../domain/trash/LazyDeleteDialog.tsx';
import { useDeletePlaces } from '../../domain/trash/use-delete-places.ts';
import { projectOf } from '../../paths.ts';
import type { Coordinates } from './artifacts-queries.ts';

interface DeleteButtonProps extends Coordinates {
  /** It is not there any more: what became of a deletion is still told. */
  isGone: boolean;
}

/** There where the reader may delete. By a tag only the tag goes; by a digest it goes with all its tags. */
export function DeleteButton({ registryId, repository, reference, isGone }: DeleteButtonProps) {
  const { t } = useTranslation('artifacts');
  const [intent, setIntent] = useState<DeletionIntent | null>(null);
  const registryIds = [registryId];
  const mayDelete = useDeletePlaces(projectOf(repository), registryIds).length > 0 && !isGone;
  if (!mayDelete && intent === null) return null;
  const references = [{ name: reference, registryIds }];
  return (
    <>
      {mayDelete ? (
        <Button
          variant="outlined"
          color="error"
          onClick={() =>
            setIntent({ repository, registryIds, chosenIds: registryIds, what: { kind: 'references', references } })
          }
        >
          {t('delete')}
        </Button>
      ) : null}
      <LazyDeleteDialog intent={intent} onClose={() => setIntent(null)} />
    </>
  );
}
