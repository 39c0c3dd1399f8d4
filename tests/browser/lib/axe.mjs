// Accessibility of what is on the screen right now, judged by axe.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MUST = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const NODES_TOLD_MAX = 4;

/** What good practice would like besides; told at the end, never a failure. */
export const advice = new Map();

/** Fails with every rule of WCAG 2.2 A and AA that the page breaks, and where. */
export async function mustBeAccessible(page) {
  const violations = await page.evaluate(async ({ source, tags }) => {
    // Evaluated, not inserted: the pages allow no script but their own.
    if (!window.axe) (0, eval)(source);
    const result = await window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return result.violations.map(({ id, help, tags, nodes }) => ({
      id, help, tags, nodes: nodes.map((node) => ({ at: node.target.join(" "), why: node.any.concat(node.all, node.none).map((one) => one.message).join("; "), html: node.html })),
    }));
  }, { source, tags: [...MUST, "best-practice"] });
  const broken = violations.filter(({ tags }) => MUST.some((tag) => tags.includes(tag)));
  for (const { id, help, nodes } of violations.filter((one) => !broken.includes(one))) {
    const told = advice.get(id) ?? { help, places: new Set() };
    told.places.add(`${new URL(page.url()).pathname} ${nodes[0]?.at}`);
    advice.set(id, told);
  }
  if (broken.length === 0) return;
  const told = broken.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, NODES_TOLD_MAX).map(({ at, why, html }) => `    ${at}: ${why}\n      ${html.slice(0, 300)}`);
    return `  ${id}: ${help} (${nodes.length})\n${places.join("\n")}`;
  });
  throw new Error(`${page.url()} at ${page.viewportSize()?.width} px:\n${told.join("\n")}`);
}
