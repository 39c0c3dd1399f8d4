// A quiet street of town houses for the head of the home page: flat shapes, no text, nothing that must be seen to use the page.
const HILL = "#dceefb";
const FAR = "#c7e1f5";
const ROOF = "#00316a";
const RIDGE = "#0b4a8f";
const BEAM = "#3c5a80";
const WALL = "#ffffff";
const PLASTER = "#f7f3ea";
const WOOD = "#8a6a4d";
const DARK = "#5d4633";
const LAMP = "#ffd43d";
const GLOW = "#fff3bf";
const CLOTH = "#0055ad";
const LEAF = "#8fc7a5";
const LEAF_DARK = "#5fa47c";
const STREET = "#b9d3ea";

const WIDTH = 720;
const HEIGHT = 247;
const GROUND = 244;

const round = (n) => Math.round(n * 10) / 10;
const shape = (fill, points) => `<path fill="${fill}" d="M${points.map((p) => p.map(round).join(" ")).join("L")}z"/>`;
const box = (fill, x, y, w, h, r = 0) => `<rect fill="${fill}" x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"${r ? ` rx="${r}"` : ""}/>`;
const bars = (fill, x, y, w, h, count, thick) => Array.from({ length: count }, (_, at) => box(fill, x + ((w - thick) * at) / (count - 1), y, thick, h)).join("");

/** A tiled roof seen from the street: `reach` is how far its eaves stand out. */
const roof = (x, y, w, h, reach) => {
  const slope = h * 0.55;
  const rows = Array.from({ length: Math.round(w / 9) }, (_, at, of = Math.round(w / 9)) => {
    const share = (at + 0.5) / of;
    const top = x - reach + slope + (w + 2 * reach - 2 * slope) * share;
    const foot = x - reach + (w + 2 * reach) * share;
    return `M${round(top)} ${round(y + 4)}L${round(foot)} ${round(y + h)}`;
  }).join("");
  return shape(ROOF, [[x - reach + slope, y], [x + w + reach - slope, y], [x + w + reach, y + h], [x - reach, y + h]])
    + `<path d="${rows}" stroke="${RIDGE}" stroke-width="1.5"/>`
    + box(RIDGE, x - reach + slope - 3, y - 3, w + 2 * reach - 2 * slope + 6, 5, 2)
    + box(BEAM, x - reach, y + h, w + 2 * reach, 3, 1);
};

/** Short curtains over a door. */
const curtain = (x, y, w) => [0, 1, 2].map((at) => box(CLOTH, x + (w / 3) * at + 0.6, y, w / 3 - 1.2, 12, 1)).join("");

/** Two floors: a low upper one with slits in plaster, a lattice front with a lit door below. */
const townHouse = (x, w, rise) => {
  const eave = GROUND - 62;
  const top = eave - 14 - rise;
  const door = x + w * 0.58;
  return [
    box(PLASTER, x + 5, top, w - 10, rise + 4),
    bars(BEAM, x + 16, top + 9, w - 32, rise - 15, Math.round(w / 11), 3.5),
    roof(x + 5, top - 26, w - 10, 24, 11),
    box(WALL, x, eave, w, GROUND - eave),
    box(WOOD, x, eave + 10, w * 0.52, GROUND - eave - 10),
    box(GLOW, x + 5, eave + 17, w * 0.52 - 10, GROUND - eave - 29),
    bars(DARK, x + 5, eave + 17, w * 0.52 - 10, GROUND - eave - 29, Math.round(w / 9), 2),
    box(DARK, door - 3, eave + 10, w * 0.34 + 6, GROUND - eave - 10),
    box(GLOW, door, eave + 13, w * 0.34, GROUND - eave - 13),
    curtain(door, eave + 13, w * 0.34),
    roof(x, eave - 14, w, 20, 13),
    box(LAMP, x + w * 0.53 - 4, eave + 14, 7, 11, 3),
  ].join("");
};

/** Crossed lines on the foot of a storehouse, `cells` wide and two high. */
const lattice = (x, cells) => {
  const foot = GROUND - 26;
  const whole = Array.from({ length: cells - 1 }, (_, at) => `M${x + 13 * at} ${GROUND}l26 -26M${x + 13 * at} ${foot}l26 26`).join("");
  const end = x + 13 * cells;
  return `${whole}M${x} ${foot + 13}l13 -13m-13 13l13 13M${end} ${foot + 13}l-13 -13m13 13l-13 13`;
};

/** A storehouse: thick white walls, a small window, a dark foot. */
const storehouse = (x, w, h) => [
  box(WALL, x, GROUND - h, w, h),
  box(BEAM, x, GROUND - 26, w, 26),
  `<path d="${lattice(x, Math.round(w / 13))}" stroke="${WALL}" stroke-width="1.5"/>`,
  box(ROOF, x + w / 2 - 12, GROUND - h + 22, 24, 22, 2),
  bars(FAR, x + w / 2 - 8, GROUND - h + 25, 16, 16, 3, 2.5),
  roof(x, GROUND - h - 28, w, 28, 9),
].join("");

const tree = (x, h, r, fill = LEAF) => [
  box(DARK, x - 2, GROUND - h, 4, h),
  `<circle cx="${x}" cy="${GROUND - h - r * 0.4}" r="${r}" fill="${fill}"/>`,
  `<circle cx="${x - r * 0.7}" cy="${GROUND - h + r * 0.15}" r="${round(r * 0.7)}" fill="${fill}"/>`,
  `<circle cx="${x + r * 0.7}" cy="${GROUND - h + r * 0.1}" r="${round(r * 0.72)}" fill="${fill}"/>`,
].join("");

/** The town hall and blocks, far off. */
const far = [
  box(FAR, 396, 96, 34, 148, 2), box(FAR, 408, 78, 10, 20), box(FAR, 352, 142, 44, 102, 2),
  ...[104, 118, 132, 146].flatMap((y) => [402, 411, 420].map((x) => box(HILL, x, y, 5, 7))),
  ...[152, 166].flatMap((y) => [359, 369, 379].map((x) => box(HILL, x, y, 5, 6))),
].join("");

export function townscapeSvg() {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" fill="none">`
    + `<path fill="${HILL}" d="M0 244C50 170 120 110 190 150S300 190 360 130S470 70 530 130S640 170 720 244z"/>`
    + `<circle cx="590" cy="58" r="24" fill="${GLOW}"/>`
    + far
    + tree(38, 62, 21, LEAF_DARK) + townHouse(72, 128, 34) + tree(226, 46, 20)
    + storehouse(258, 78, 104) + tree(362, 40, 17, LEAF_DARK)
    + townHouse(398, 116, 44) + tree(547, 58, 22) + townHouse(584, 110, 28)
    + box(STREET, 0, GROUND, WIDTH, 3)
    + "</svg>\n";
}
