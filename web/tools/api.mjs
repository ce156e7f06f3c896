// Writes src/api/schema.d.ts, the types of the management API, from the OpenAPI document.
// Usage: npm run api -- openapi.json   (the document of a running gateway: /api/v1/openapi.json)
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const document = JSON.parse(readFileSync(process.argv[2] ?? 0, "utf8"));
// The version is the gateway's, not the API's: it would make the file differ at every release.
document.info = { title: document.info.title, version: "1" };
const types = await openapiTS(document, { alphabetize: true, defaultNonNullable: false });
const head = "// Generated from the management API's OpenAPI document by `npm run api`. Not edited by hand.\n\n";
const out = process.argv[3] ?? new URL("../src/api/schema.d.ts", import.meta.url);
writeFileSync(out, head + astToString(types));
