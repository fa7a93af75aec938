import VisibilityIcon from '@mui/icons-material/VisibilityOffOutlined';
import VisibleIcon from '@mui/icons-material/VisibilityOutlined';
import IconButton from '@mui/material/IconButton';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, type FieldProps } from './Field.tsx';

/** A password with a way to look at it, and a word when Caps Lock is on. */
export function PasswordField({ hint, ...field }: Omit<FieldProps, 'type' | 'end'>) {
  const { t } = useTranslation('common');
  const [isShown, setIsShown] = useState(false);
  const [isCapsLock, setIsCapsLock] = useState(false);
  const look = (event: KeyboardEvent<HTMLInputElement>) => setIsCapsLock(event.getModifierState('CapsLock'));
  const words = isCapsLock ? t('ui.capsLock') : hint;
  return (
    <Field
      {...field}
      {...(words === undefined ? {} : { hint: <span role="status">{words}</span> })}
      type={isShown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      onKeyDown={look}
      onKeyUp={look}
      onBlur={() => setIsCapsLock(false)}
      end={
        <IconButton
          aria-label={isShown ? t('ui.hidePassword') : t('ui.showPassword')}
          aria-pressed={isShown}
          onClick={() => setIsShown(!isShown)}
          sx={{ mr: '3px' }}
        >
          {isShown ? <VisibleIcon fontSize="small" /> : <VisibilityIcon fontSize="small" />}
        </IconButton>
      }
    />
  );
}
