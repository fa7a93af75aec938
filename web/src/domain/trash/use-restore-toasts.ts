import { useQueryClient } from '@tanstack/react-query';
import type { RestoreTarget, TrashItem } from 'bff/contract/trash';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { paths } from '../../paths.ts';
import { toast } from '../../ui/toast.ts';
import { useErrorWords } from '../error-words.ts';
import { useReasonText } from '../reasons/reason-text.ts';
import { readTrashAgain, takeOut } from './trash-queries.ts';
import { nameOf } from './trash-state.ts';

/** Restores things and tells in toasts what became of it, wherever the reader is by then. All of them are of one project. */
export function useRestoreToasts(): (items: readonly TrashItem[], target?: RestoreTarget) => void {
  const { t } = useTranslation(['trash', 'reasons']);
  const client = useQueryClient();
  const navigate = useNavigate();
  const errorWords = useErrorWords();
  const reasonText = useReasonText();
  return (items, target = { kind: 'same' }) => {
    void (async () => {
      const [first] = items;
      if (first === undefined) return;
      const what = nameOf(first);
      const dismiss =
        items.length === 1 ? toast({ message: t('restore.running', { what }), durationMs: 60_000 }) : () => undefined;
      const back: TrashItem[] = [];
      const refused: Array<{ item: TrashItem; sentence: string }> = [];
      const failures = await takeOut(items, { act: 'restore', target }, ({ item, now }) => {
        if (now.state === 'restored') back.push(item);
        else if (now.reason !== null) refused.push({ item, sentence: reasonText(now.reason) });
      });
      refused.push(...failures.map(({ item, error }) => ({ item, sentence: errorWords(error).sentence })));
      dismiss();
      void readTrashAgain(client);
      const [restored] = back;
      if (restored !== undefined) {
        const action = { label: t('restore.open'), onClick: () => void navigate(addressOf(restored, target)) };
        if (items.length === 1) toast({ message: t('restore.done', { what }), tone: 'ok', action });
        else toast({ message: t('bulk.restored', { count: back.length }), tone: 'ok' });
      }
      const [stayed] = refused;
      if (stayed !== undefined) {
        const message = t('restore.refused', { what: nameOf(stayed.item), reason: stayed.sentence });
        const { project, repository } = stayed.item;
        const onClick = () => void navigate(paths.projectTrash(project, { repository }));
        toast({ message, tone: 'danger', action: { label: t('progress.toTrash'), onClick } });
      }
    })();
  };
}

/** Where what was restored can be looked at. */
function addressOf({ repository, tag, digest, registryId, aliases }: TrashItem, target: RestoreTarget): string {
  const own = tag ?? aliases[0] ?? digest;
  const reference = target.kind === 'tag' ? target.tag : target.kind === 'digest' ? digest : own;
  return paths.artifact(repository, reference ?? '', { registry: registryId });
}
