// Writes src/api/schema.d.ts, the types of the management API, from the OpenAPI document.
// Usage: make api, or: npm run api -- http://127.0.0.1:3000   (the address of a running gateway)
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";

const origin = process.argv[2];
const document = origin
  ? await (await fetch(`${origin}/api/v1/openapi.json`)).json()
  : JSON.parse(await text(process.stdin));
// The version is the gateway's, not the API's: it would make the file differ at every release.
document.info = { title: document.info.title, version: "1" };

/** The document with every object's members in order, so that equal documents have equal bytes. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

const digest = createHash("sha256")
  .update(JSON.stringify(sorted(document)))
  .digest("hex");
const types = await openapiTS(document, { alphabetize: true, defaultNonNullable: false });
const head = `// Generated from the management API's OpenAPI document by \`npm run api\`. Not edited by hand.
// Document: sha256 ${digest} (tests/console/test_source.py compares it with the API's).

`;
writeFileSync(new URL("../src/api/schema.d.ts", import.meta.url), head + astToString(types));
