import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import { lazy, type MouseEvent, type ReactNode, Suspense, useId, useState } from 'react';
import type { MenuAction } from './menu-action.ts';

interface MenuButtonProps {
  /** What the button opens: "Theme". */
  label: string;
  /** Drawn in the button. */
  icon: ReactNode;
  /** The label stands in the button, before the icon. */
  hasText?: boolean;
  /** Above the actions. */
  header?: ReactNode;
  actions: readonly MenuAction[];
}

const loadPopup = () => import('./MenuPopup.tsx');
const MenuPopup = lazy(async () => ({ default: (await loadPopup()).MenuPopup }));

/** A button with an icon that opens a menu under it. The menu's code comes when the pointer or the focus comes near. */
export function MenuButton({ label, icon, hasText = false, ...menu }: MenuButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [wasOpened, setWasOpened] = useState(false);
  const id = useId();
  const opens = {
    id: `${id}-button`,
    'aria-haspopup': 'menu',
    'aria-expanded': anchor !== null,
    'aria-controls': anchor === null ? undefined : `${id}-menu`,
    onPointerEnter: () => void loadPopup(),
    onFocus: () => void loadPopup(),
    onClick: (event: MouseEvent<HTMLElement>) => {
      setAnchor(event.currentTarget);
      setWasOpened(true);
    },
  } as const;
  return (
    <>
      {hasText ? (
        <Button variant="outlined" endIcon={icon} {...opens}>
          {label}
        </Button>
      ) : (
        <IconButton aria-label={label} title={label} {...opens}>
          {icon}
        </IconButton>
      )}
      {wasOpened ? (
        <Suspense fallback={null}>
          <MenuPopup id={id} anchor={anchor} onClose={() => setAnchor(null)} {...menu} />
        </Suspense>
      ) : null}
    </>
  );
}
