import { createTheme } from '@mui/material/styles';

/** Where the choice of light, dark or system is kept; `public/color-scheme.js` reads the same key. */
export const THEME_STORAGE_KEY = 'longshore-theme';

const sans = 'var(--font-sans)';
const line = '1px solid var(--line)';

/**
 * The library's parts in our colours. The figures are those of `tokens.css`, which is the source: the library calculates
 * with palette colours and cannot read variables.
 */
export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'data-theme', cssVarPrefix: 'mui' },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: '#2457d6', dark: '#1b46b3', contrastText: '#ffffff' },
        error: { main: '#ba2027', contrastText: '#ffffff' },
        warning: { main: '#8a5000', contrastText: '#ffffff' },
        success: { main: '#17753a', contrastText: '#ffffff' },
        text: { primary: '#171b22', secondary: '#545e6b', disabled: '#616b79' },
        background: { default: '#ffffff', paper: '#ffffff' },
        divider: '#e4e7ec',
      },
    },
    dark: {
      palette: {
        primary: { main: '#8ab0ff', dark: '#a5c2ff', contrastText: '#0a1020' },
        error: { main: '#ff918c', contrastText: '#1d0707' },
        warning: { main: '#f0b557', contrastText: '#1c1304' },
        success: { main: '#5fce87', contrastText: '#06170d' },
        text: { primary: '#e6e9ee', secondary: '#a6afbb', disabled: '#929caa' },
        background: { default: '#101317', paper: '#171b21' },
        divider: '#242a33',
      },
    },
  },
  shape: { borderRadius: 6 },
  typography: {
    fontFamily: sans,
    fontSize: 13.5,
    htmlFontSize: 16,
    button: { textTransform: 'none', fontWeight: 500, letterSpacing: 0 },
  },
  transitions: { duration: { enteringScreen: 140, leavingScreen: 100, standard: 140, short: 120, shorter: 100 } },
  components: {
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiButton: {
      defaultProps: { disableElevation: true, size: 'small' },
      styleOverrides: {
        root: { minHeight: 32, padding: '4px 12px', whiteSpace: 'nowrap' },
        outlined: { borderColor: 'var(--line-control)', color: 'var(--text)' },
        text: { color: 'var(--text)' },
      },
    },
    MuiIconButton: {
      defaultProps: { size: 'small' },
      styleOverrides: { root: { borderRadius: 'var(--radius)', color: 'var(--text-muted)' } },
    },
    MuiTooltip: {
      defaultProps: { enterDelay: 400, disableInteractive: true },
      styleOverrides: {
        tooltip: { backgroundColor: 'var(--text)', color: 'var(--surface)', fontSize: 12, maxWidth: 420 },
      },
    },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
    MuiMenu: {
      defaultProps: { transitionDuration: 80 },
      styleOverrides: { paper: { border: line, boxShadow: '0 6px 24px rgb(0 0 0 / 14%)' } },
    },
    MuiMenuItem: { styleOverrides: { root: { minHeight: 34, fontSize: 13.5 } } },
    MuiFormControlLabel: { styleOverrides: { label: { fontSize: 'inherit', lineHeight: 'inherit' } } },
    MuiDialog: { styleOverrides: { paper: { border: line } } },
    MuiBackdrop: {
      styleOverrides: { root: { '&:not(.MuiBackdrop-invisible)': { backgroundColor: 'var(--scrim)' } } },
    },
    MuiTextField: { defaultProps: { size: 'small', fullWidth: true } },
    MuiOutlinedInput: {
      styleOverrides: {
        notchedOutline: { borderColor: 'var(--line-control)' },
        input: {
          paddingTop: 7.5,
          paddingBottom: 7.5,
          // Left alone, 42 per cent of the text's strength: too faint to read.
          '&::placeholder': { color: 'var(--text-faint)', opacity: 1 },
        },
      },
    },
    MuiSelect: { defaultProps: { size: 'small' } },
    MuiCheckbox: { defaultProps: { size: 'small' }, styleOverrides: { root: { color: 'var(--line-control)' } } },
    MuiFormHelperText: { styleOverrides: { root: { marginLeft: 0, fontSize: 12.5 } } },
    MuiTab: { styleOverrides: { root: { minHeight: 38, padding: '8px 12px', textTransform: 'none' } } },
    MuiTabs: { styleOverrides: { root: { minHeight: 38 } } },
    MuiChip: { defaultProps: { size: 'small' } },
    MuiAlert: { styleOverrides: { root: { padding: '4px 12px', fontSize: 13.5 } } },
  },
});
