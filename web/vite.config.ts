import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { boot } from "./tools/boot.mjs";

const gateway = process.env.SLUICE_ORIGIN ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react(), boot()],
  resolve: { alias: { "~": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The server puts a fresh value in the place of this word into every page it serves (src/sluice/web/console.py).
  html: { cspNonce: "__NONCE__" },
  build: {
    outDir: fileURLToPath(new URL("../src/sluice/console", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    // One file of styles, a third larger than what the first screen needs: no screen then waits for one of its own.
    cssCodeSplit: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    port: 5173,
    // `npm run dev` works against a gateway that runs beside it.
    proxy: Object.fromEntries(["/api", "/v1", "/healthz", "/readyz"].map((path) => [path, gateway])),
  },
});
