// Runs before the first paint. The keys are those of src/theme/theme.ts.
(function () {
  let mode = null;
  try {
    mode = localStorage.getItem('longshore-theme');
  } catch {
    // Storage may be refused; the system's choice is then followed.
  }
  if (mode !== 'light' && mode !== 'dark') {
    mode = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  document.documentElement.setAttribute('data-theme', mode);
})();
