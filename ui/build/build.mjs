// Builds dist/: one stylesheet, one module, the service worker, icons, and manifest.json that maps logical names to files.
// Names carry a hash of the content, so that browsers may keep them for ever; sw.js keeps its name, because its address is its identity.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { housePng, houseSvg } from "./icon.mjs";
import { usedTokens } from "./tokens.mjs";
import { townscapeSvg } from "./townscape.mjs";

const root = new URL("../", import.meta.url).pathname;
const dist = `${root}dist`;
const target = ["chrome109", "firefox115", "safari15.4"];
// What a first visit loads. A phone on a slow network in a disaster is the reader we build for.
const FIRST_LOAD_GZIP_BYTES_MAX = 25 * 1024;

const bundle = async (entry, options) => {
  const result = await build({
    entryPoints: [`${root}${entry}`], bundle: true, minify: true, write: false, target, charset: "utf8", logLevel: "warning", ...options,
  });
  return result.outputFiles[0].text;
};

const styles = readFileSync(`${root}src/css/index.txt`, "utf8").split("\n").map((line) => line.trim()).filter(Boolean)
  .map((name) => readFileSync(`${root}src/css/${name}`, "utf8")).join("\n");
const tokens = usedTokens(readFileSync(`${root}node_modules/@digital-go-jp/design-tokens/dist/tokens.css`, "utf8"), styles);
const css = (await build({
  stdin: { contents: `${tokens}\n${styles}`, loader: "css" }, minify: true, write: false, bundle: true, external: ["*.svg"], target, charset: "utf8", logLevel: "warning",
})).outputFiles[0].text;
const js = await bundle("src/js/app.ts", { format: "esm" });
const sw = await bundle("src/sw/sw.ts", { format: "iife" });

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const manifest = {};
const put = (name, content, hashed = true) => {
  const dot = name.lastIndexOf(".");
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const file = hashed ? `${name.slice(0, dot)}.${hash}${name.slice(dot)}` : name;
  writeFileSync(`${dist}/${file}`, content);
  manifest[name] = file;
  return gzipSync(content, { level: 9 }).length;
};
put("townscape.svg", townscapeSvg());
// Pictures stand beside the stylesheet, under their hashed names.
const styled = css.replaceAll("townscape.svg", manifest["townscape.svg"]);
const sizes = { "app.css": put("app.css", styled), "app.js": put("app.js", js), "sw.js": put("sw.js", sw, false) };
put("icon.svg", houseSvg());
for (const size of [192, 512]) put(`icon-${size}.png`, housePng(size));
writeFileSync(`${dist}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);

for (const [name, bytes] of Object.entries(sizes)) console.log(`${name}: ${bytes} bytes gzip`);
const first = sizes["app.css"] + sizes["app.js"];
console.log(`first load: ${first} bytes gzip`);
if (first > FIRST_LOAD_GZIP_BYTES_MAX) {
  console.error(`first load is above ${FIRST_LOAD_GZIP_BYTES_MAX} bytes`);
  process.exit(1);
}
