import Button from '@mui/material/Button';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { projectOf } from '../../paths.ts';
import { Field } from '../../ui/Field.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import { useErrorWords } from '../error-words.ts';
import { canAt, useProjectAccess } from '../project-access.ts';
import { useRegistryDirectory } from '../registry-directory.ts';
import { countDeleted, type DeletionIntent, MOST_REFERENCES, planSelections, registryOf } from './delete-plan.ts';
import type { Deletion } from './deletion.ts';
import { type DeletionPlace, DeletionPlaces } from './DeletionPlaces.tsx';
import { DeletionPreviewList } from './DeletionPreviewList.tsx';
import { useStartDeletion } from './trash-queries.ts';
import styles from './trash.module.css';
import { useDeletionPreviews } from './use-deletion-previews.ts';

interface DeleteFormProps {
  intent: DeletionIntent;
  onBegun: (deletion: Deletion) => void;
  onClose: () => void;
}

const PAUSE_MS = 300;
/** As the server takes them. */
const LONGEST_COMMENT = 1000;

export function DeleteForm({ intent, onBegun, onClose }: DeleteFormProps) {
  const { t } = useTranslation('trash');
  const errorWords = useErrorWords();
  const commentId = useId();
  const project = projectOf(intent.repository);
  const { places, chosen, toggle } = usePlaces(intent, project);
  const [typed, setTyped] = useState('');
  const [comment, setComment] = useState('');
  const pattern = useDebounced(typed.trim(), PAUSE_MS);
  const selections = planSelections(intent, chosen, pattern);
  const previews = useDeletionPreviews(project, selections);
  const start = useStartDeletion(project, intent.repository);
  const known = previews.flatMap(({ data }) => data ?? []);
  const count = known.reduce((sum, preview) => sum + countDeleted(preview), 0);
  // A registry that deletes nothing is left out: its row says so already.
  const possible = selections.filter((_selection, index) => {
    const preview = previews[index]?.data;
    return preview !== undefined && countDeleted(preview) > 0;
  });
  const isTooMany = selections.some(
    (selection) => selection.kind === 'references' && selection.references.length > MOST_REFERENCES,
  );
  const isSettled = previews.every(({ data, error }) => data !== undefined || error !== null);
  const canStart =
    possible.length > 0 && isSettled && typed.trim() === pattern && !isTooMany && !start.isPending && count > 0;
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (canStart) start.mutate({ selections: possible, comment: comment.trim() }, { onSuccess: onBegun });
      }}
    >
      <div className={styles['body']}>
        <div className={styles['choices']}>
          {intent.what.kind === 'pattern' ? (
            <Field
              label={t('delete.pattern')}
              hint={t('delete.patternHint')}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoFocus
              spellCheck={false}
              autoCapitalize="none"
              maxLength={256}
            />
          ) : null}
          <DeletionPlaces intent={intent} project={project} places={places} chosen={chosen} onToggle={toggle} />
          <label className={styles['field']} htmlFor={commentId}>
            {t('delete.comment')}
            <textarea
              id={commentId}
              rows={2}
              maxLength={LONGEST_COMMENT}
              placeholder={t('delete.commentHint')}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          </label>
          {isTooMany ? <p className={styles['warn']}>{t('delete.tooMany')}</p> : null}
        </div>
        <DeletionPreviewList
          registryIds={selections.map(registryOf)}
          previews={previews}
          invitation={chosen.length === 0 ? t('preview.choose') : t('preview.writePattern')}
        />
      </div>
      <footer className={styles['footer']}>
        {start.error === null ? null : (
          <p role="alert" className={styles['error']}>
            {errorWords(start.error).sentence} {errorWords(start.error).more}
          </p>
        )}
        <Button onClick={onClose}>{t('delete.cancel')}</Button>
        <Button type="submit" variant="contained" color="error" disabled={!canStart}>
          {count === 0 ? t('delete.start') : t('delete.action', { count })}
        </Button>
      </footer>
    </form>
  );
}

/** Where it is, whether the reader may delete there, and what of that is chosen. Where there is no choice, it is. */
function usePlaces({ registryIds, chosenIds }: DeletionIntent, project: string) {
  const access = useProjectAccess(project);
  const directory = useRegistryDirectory();
  const [wanted, setWanted] = useState<readonly string[]>(chosenIds);
  const places = registryIds.map((registryId): DeletionPlace => {
    const { name, environment } = directory.find(registryId);
    return { registryId, name, environment, isAllowed: canAt(access, 'artifact.delete', environment) };
  });
  const allowed = places.flatMap(({ registryId, isAllowed }) => (isAllowed ? [registryId] : []));
  const chosen = places.length === 1 ? allowed : allowed.filter((registryId) => wanted.includes(registryId));
  const toggle = (registryId: string) =>
    setWanted((known) =>
      known.includes(registryId) ? known.filter((id) => id !== registryId) : [...known, registryId],
    );
  return { places, chosen, toggle };
}
