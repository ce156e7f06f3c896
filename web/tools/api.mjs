// Writes src/api/schema.d.ts, the types of the management API, from the OpenAPI document.
// Usage: npm run api -- openapi.json   (the document of a running gateway: /api/v1/openapi.json)
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const document = JSON.parse(readFileSync(process.argv[2] ?? 0, "utf8"));
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
