import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const SERVER = process.env.WORKBENCH_URL ?? "http://127.0.0.1:5665";

/** The server sends `name.gz` to browsers that take it, so that it never has to pack a file itself. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const file of Object.values(bundle)) {
          const content = file.type === "chunk" ? file.code : file.source;
          if (/\.(js|css|svg)$/.test(file.fileName) && content.length > 1024) {
            const source = gzipSync(content, { level: 9 });
            this.emitFile({ type: "asset", fileName: `${file.fileName}.gz`, source });
          }
        }
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), packed()],
  base: "/",
  build: {
    outDir: "../workbench/web/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Inlined files would be refused by the content security policy where it does not name `data:`.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    // The server refuses what comes from another origin; for it, the page comes from itself.
    proxy: { "/api": { target: SERVER, changeOrigin: true, headers: { origin: SERVER } } },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
