import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` finds a running server. */
const serverUrl = process.env['LONGSHORE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2022',
    manifest: true,
    // The policy for fonts and images is 'self': nothing may become a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What most pages share is one file: in dozens of small ones the first load compresses worse, and asks more often.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 44 }] } } },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      // The server refuses calls that come from another origin than its own.
      '/api': { target: serverUrl, changeOrigin: true, headers: { origin: serverUrl } },
      '/healthz': serverUrl,
      '/readyz': serverUrl,
    },
  },
});
