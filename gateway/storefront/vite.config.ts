// Builds the storefront into dist/, which the gateway embeds: every page is dist/index.html, `/storefront/<file>` any
// other file of it, and dist/documents.json tells the gateway what the page's names of documents stand for. Each file
// is compressed here, once, instead of at every request.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

// What is smaller than that isn't worth it.
const LEAST_BYTES = 1024;
const OUT = 'dist';

// The manifest of the documents that the page sends, written last. Both are built together, so that neither is ever of
// another day.
function documents(): Plugin {
  return {
    name: 'documents',
    apply: 'build',
    closeBundle: () => copyFileSync('generated/persisted-documents.json', join(OUT, 'documents.json')),
  };
}

// Puts `<file>.br` and `<file>.gz` beside each file.
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle() {
      for (const file of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
        const path = join(file.parentPath ?? file.path, file.name);
        if (!file.isFile() || !/\.(css|html|js|svg)$/.test(path)) continue;
        const bytes = readFileSync(path);
        if (bytes.length < LEAST_BYTES) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

// The gateway that answers while the page is worked on: `npm run dev`.
const gateway = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: '/storefront/',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  plugins: [compressed(), documents()],
  build: {
    target: 'es2022',
    outDir: OUT,
    // Every browser that runs this target knows <link rel="modulepreload"> itself.
    modulePreload: { polyfill: false },
    // A file inlined as `data:` would be a hole in the page's policy.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/graphql': { target: gateway, ws: true } } },
});
