// Writes src/i18n/<language>/index.ts: one import for each JSON file of the folder. Run by hand after adding a file.
import { readdirSync, writeFileSync } from "node:fs";

for (const language of ["en", "zh"]) {
  const folder = new URL(`../src/i18n/${language}/`, import.meta.url);
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -5))
    .sort();
  const imports = names.map((name) => `import ${name} from "./${name}.json";\n`).join("");
  const type = language === "en" ? "\nexport type English = typeof words;\n" : "";
  writeFileSync(
    new URL("index.ts", folder),
    `${imports}\nconst words = { ${names.join(", ")} };\n${type}export default words;\n`,
  );
}
