import { useQuery } from '@tanstack/react-query';
import type { TagMoment } from 'bff/contract/tag-history';
import { LazyRestoreDialog } from '../../domain/trash/LazyRestoreDialog.tsx';
import { trashItemQuery } from '../../domain/trash/trash-queries.ts';
import { projectOf } from '../../paths.ts';

interface RestoreMomentProps {
  repository: string;
  tag: string;
  moment: TagMoment;
  onClose: () => void;
}

/** The dialog that restores it, once what lies in the trash was read. */
export function RestoreMoment({ repository, tag, moment, onClose }: RestoreMomentProps) {
  const { data } = useQuery(trashItemQuery(projectOf(repository), moment.trashItem?.id ?? ''));
  return <LazyRestoreDialog item={data?.items[0] ?? null} wantedTag={tag} onClose={onClose} />;
}
