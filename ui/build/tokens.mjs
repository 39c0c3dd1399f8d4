// Keeps only the design tokens that the styles use, and those these refer to.
export function usedTokens(tokensCss, styles) {
  const all = new Map([...tokensCss.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2]]));
  const used = new Set();
  const visit = (text) => {
    for (const [, name] of text.matchAll(/var\((--[\w-]+)/g)) {
      const value = all.get(name);
      if (value !== undefined && !used.has(name)) {
        used.add(name);
        visit(value);
      }
    }
  };
  visit(styles);
  const own = new Set([...styles.matchAll(/(--[\w-]+):/g)].map((m) => m[1]));
  const unknown = [...styles.matchAll(/var\((--[\w-]+)/g)].map((m) => m[1]).filter((name) => !all.has(name) && !own.has(name));
  if (unknown.length > 0) throw new Error(`unknown variables: ${[...new Set(unknown)].join(", ")}`);
  const lines = [...all].filter(([name]) => used.has(name)).map(([name, value]) => `${name}:${value};`);
  return `:root{${lines.join("")}}`;
}
