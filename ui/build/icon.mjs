// The house: two tiled roofs, a slit window between them, and a lattice front with a lit door, drawn from one list of shapes as SVG and as PNG.
import { deflateSync } from "node:zlib";

const GROUND = [0x00, 0x31, 0x6a];
const PAPER = [0xff, 0xff, 0xff];
const LAMP = [0xff, 0xd4, 0x3d];

const box = (fill, left, top, right, bottom) => ({ fill, points: [[left, top], [right, top], [right, bottom], [left, bottom]] });

// Polygons on a 96 × 96 field, painted in order. All important shapes lie within the middle 80 %, so that round masks cut nothing.
const SHAPES = [
  box(GROUND, 0, 0, 96, 96),
  { fill: PAPER, points: [[25, 20], [71, 20], [83, 34], [13, 34]] },
  box(PAPER, 21, 38, 75, 49),
  // The low upper floor has a window of narrow slits, as old town houses have.
  ...[30, 35.5, 41, 46.5, 52, 57.5, 63].map((x) => box(GROUND, x, 40.5, x + 3, 46.5)),
  { fill: PAPER, points: [[19, 52], [77, 52], [86, 61], [10, 61]] },
  ...[20, 26, 32, 38].map((x) => box(PAPER, x, 64, x + 3, 79)),
  box(LAMP, 46, 64, 60, 79),
  ...[65, 71].map((x) => box(PAPER, x, 64, x + 3, 79)),
];

const hex = (rgb) => `#${rgb.map((c) => c.toString(16).padStart(2, "0")).join("")}`;

export function houseSvg() {
  const shapes = SHAPES.slice(1).map(({ fill, points }) => `<path fill="${hex(fill)}" d="M${points.map((p) => p.join(" ")).join("L")}z"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="18" fill="${hex(GROUND)}"/>${shapes.join("")}</svg>\n`;
}

const inside = (points, x, y) => {
  let odd = false;
  points.forEach(([ax, ay], at) => {
    const [bx, by] = points[(at + points.length - 1) % points.length];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  });
  return odd;
};

const colourAt = (x, y) => SHAPES.reduce((colour, shape) => (inside(shape.points, x, y) ? shape.fill : colour), GROUND);

// Four by four samples a pixel smooth the slopes of the roof.
const SAMPLES = 4;

export function housePng(size) {
  const rows = [];
  for (let y = 0; y < size; y += 1) {
    const row = Buffer.alloc(1 + size * 3);
    for (let x = 0; x < size; x += 1) {
      const sum = [0, 0, 0];
      for (let at = 0; at < SAMPLES * SAMPLES; at += 1) {
        const dx = ((at % SAMPLES) + 0.5) / SAMPLES;
        const dy = (Math.floor(at / SAMPLES) + 0.5) / SAMPLES;
        colourAt(((x + dx) * 96) / size, ((y + dy) * 96) / size).forEach((c, i) => { sum[i] += c; });
      }
      sum.forEach((c, i) => { row[1 + x * 3 + i] = Math.round(c / (SAMPLES * SAMPLES)); });
    }
    rows.push(row);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

const CRC = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, check]);
}
