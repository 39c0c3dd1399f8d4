// The house: a tiled roof with deep eaves over a lattice front, drawn from one list of shapes as SVG and as PNG.
import { deflateSync } from "node:zlib";

const GROUND = [0x00, 0x31, 0x6a];
const PAPER = [0xff, 0xff, 0xff];
const LAMP = [0xff, 0xd4, 0x3d];

// Polygons on a 96 × 96 field, painted in order. All important shapes lie within the middle 80 %, so that round masks cut nothing.
const SHAPES = [
  { fill: GROUND, points: [[0, 0], [96, 0], [96, 96], [0, 96]] },
  { fill: PAPER, points: [[48, 20], [84, 40], [80, 46], [48, 29], [16, 46], [12, 40]] },
  { fill: PAPER, points: [[48, 34], [70, 45.5], [70, 50], [26, 50], [26, 45.5]] },
  { fill: PAPER, points: [[18, 54], [78, 54], [78, 59], [18, 59]] },
  ...[24, 31, 38].map((x) => ({ fill: PAPER, points: [[x, 62], [x + 4, 62], [x + 4, 78], [x, 78]] })),
  { fill: LAMP, points: [[47, 62], [60, 62], [60, 78], [47, 78]] },
  ...[65, 71].map((x) => ({ fill: PAPER, points: [[x - 1, 62], [x + 3, 62], [x + 3, 78], [x - 1, 78]] })),
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
  const out = Buffer.alloc(8 + body.length + 0);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 0);
  return Buffer.concat([out.subarray(0, 4 + body.length), tail]);
}
