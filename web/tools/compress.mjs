// Beside every text file of the build: the same in gzip and brotli, so that the server need not compress.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const OUT = new URL("../../src/sluice/console/", import.meta.url);
const SMALL = 1024;

function walk(folder) {
  for (const name of readdirSync(folder)) {
    const file = new URL(name, folder);
    if (statSync(file).isDirectory()) walk(new URL(`${name}/`, folder));
    // The page itself is filled in by the server, so it cannot be compressed beforehand.
    else if (/\.(js|css|svg|json)$/.test(name)) compress(file);
  }
}

function compress(file) {
  const data = readFileSync(file);
  if (data.length < SMALL) return;
  writeFileSync(new URL(`${file.href}.gz`), gzipSync(data, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
  writeFileSync(new URL(`${file.href}.br`), brotliCompressSync(data, { params }));
}

walk(OUT);
