import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { MenuAction } from './menu-action.ts';

interface MenuPopupProps {
  id: string;
  anchor: HTMLElement | null;
  header?: ReactNode;
  actions: readonly MenuAction[];
  onClose: () => void;
}

/** The menu of a `MenuButton`. */
export function MenuPopup({ id, anchor, header, actions, onClose }: MenuPopupProps) {
  return (
    <Menu
      id={`${id}-menu`}
      anchorEl={anchor}
      open={anchor !== null}
      onClose={onClose}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
      transformOrigin={{ vertical: 'top', horizontal: 'right' }}
      slotProps={{ list: { 'aria-labelledby': `${id}-button`, dense: true } }}
    >
      {header}
      {actions.map(({ key, label, onChoose, to, href, isChosen, lang }) => (
        <MenuItem
          key={key}
          {...(to !== undefined ? { component: Link, to } : href !== undefined ? { component: 'a', href } : {})}
          {...(isChosen === undefined ? {} : { role: 'menuitemradio', 'aria-checked': isChosen, selected: isChosen })}
          lang={lang}
          // A name that is longer than a phone is wide is read to its end.
          sx={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}
          onClick={() => {
            onClose();
            onChoose?.();
          }}
        >
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
