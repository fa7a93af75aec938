export const text = {
  signInTitle: 'Sign in',
  tagline: 'Several registries, one console.',
  username: 'Username',
  password: 'Password',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  wait: 'Too many attempts. Try again in {{time}}.',
  waitButton: 'Wait {{time}}',
  missing: 'Enter your username and your password.',
  firstTime: 'First time here? The administrator’s password was shown once, where Longshore was started.',
  browsePublic: 'Look at what is public without signing in',
  accountTitle: 'Your account',
  changeTitle: 'Change the password',
  changeWords: 'Every other session of yours ends; this one goes on.',
  currentPassword: 'Current password',
  newPassword: 'New password',
  newPasswordHint: 'At least 12 characters. A few unrelated words are easy to remember and hard to guess.',
  tooShort: 'At least 12 characters, please.',
  enterCurrent: 'Enter the password you have now.',
  currentWrong: 'This is not your current password.',
  change: 'Change the password',
  changed: 'Your password is changed. Your other sessions have ended.',
  factUsername: 'Username',
  factRole: 'Rights',
  systemAdmin: 'system administrator',
  member: 'member of projects',
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    session: typeof text;
  }
}
