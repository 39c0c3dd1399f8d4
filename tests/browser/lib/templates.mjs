// Which pages are built from one template: read from where the rooms declare their pages.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./server.mjs";

const sources = (folder) => readdirSync(folder, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".rs") && entry.name !== "tests.rs" && !(entry.parentPath ?? entry.path).includes("/tests"))
  .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8"));

/** Every address that a room declares with `Page::get`. */
export const declared = [...new Set(
  readdirSync(join(root, "crates")).flatMap((crate) => sources(join(root, "crates", crate, "src")))
    .flatMap((text) => [...text.matchAll(/Page::get\(\s*"([^"]+)"/g)].map((match) => match[1])),
)].sort();

const patterns = declared
  .map((path) => ({ path, slots: path.split("{").length, form: new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{\*[^}]+\}/g, ".+").replace(/\{[^}]+\}/g, "[^/]+")}$`) }))
  .sort((a, b) => a.slots - b.slots);

/** The template of an address; pages outside the rooms are told apart by their path alone. */
export const templateOf = (path) => patterns.find(({ form }) => form.test(path))?.path
  ?? path.replace(/\/[0-9a-hjkmnp-tv-z]{26}(?=\/|$)/gi, "/{id}");
