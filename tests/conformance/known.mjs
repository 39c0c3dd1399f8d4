// The cases that docs/conformance.md names, each with its clause and its reason: `- **name of the case** …`.
import { existsSync, readFileSync } from "node:fs";

export function knownFailures(path) {
  if (!existsSync(path)) return new Set();
  return new Set([...readFileSync(path, "utf8").matchAll(/^- \*\*(.+?)\*\*/gm)].map((match) => match[1]));
}
