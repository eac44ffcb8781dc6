// Builds the page into dist/, which the gateway embeds: `/graphiql` is dist/index.html, `/graphiql/<file>` any other
// file of it.
//
// Every address in the build is relative, so that the page also works behind a proxy that adds a path prefix. The page
// stands at `…/graphiql` without a slash at its end, so the addresses in it begin with `graphiql/`; those in scripts
// and style sheets are relative to the file that they stand in.
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  esbuild: { jsx: 'automatic' },
  // The worker for GraphQL loads parts of itself when it needs them, which scripts without modules can't.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Every browser that runs this target knows <link rel="modulepreload"> itself.
    modulePreload: { polyfill: false },
    // The largest file is Monaco with both of its languages; it is loaded once and kept by the browser.
    chunkSizeWarningLimit: 4096,
    rollupOptions: {
      // Dozens of modules say 'use client', which means something to servers that render React alone.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `graphiql/${file}` : { relative: true }),
  },
});
