/* Pieces of pictures on a canvas. */

// Cividis, as the book's surfaces: even in lightness, the same to a colour-blind reader.
export const CIVIDIS = ["00224e", "123570", "3b496c", "575d6d", "707173", "8a8678", "a59c74", "c3b369", "e1cc55", "fee838"];

export const short = (value) => (value < 1e5 ? String(Number(value.toPrecision(2))) : value.toExponential(0));

export function rgb(hex) {
  return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
}

/* A colour as a canvas keeps it: red in the lowest byte, opaque. */
export const pixel = ([r, g, b]) => (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;

const STOPS = CIVIDIS.map((hex) => rgb(`#${hex}`));
export const COLOURS = Array.from({ length: 256 }, (_, k) => {
  const at = (k / 255.001) * (STOPS.length - 1);
  const below = Math.floor(at);
  return pixel(STOPS[below].map((value, c) => value + (at - below) * (STOPS[below + 1][c] - value)));
});

export function picture(side, colour) {
  const pixels = Uint32Array.from({ length: side * side }, (_, k) => colour(k));
  const canvas = new OffscreenCanvas(side, side);
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), side, side), 0, 0);
  return canvas;
}

export function stripes(unit) {
  const size = Math.round(7 * unit);
  const canvas = new OffscreenCanvas(size, size);
  const pen = canvas.getContext("2d");
  pen.strokeStyle = "rgba(255, 255, 255, 0.5)";
  pen.lineWidth = unit;
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  return canvas;
}

/* Marching squares: in each cell, where the level crosses its sides. */
export function contours(values, side, levels, cell) {
  const path = new Path2D();
  for (let j = 0; j + 1 < side; j++) {
    for (let i = 0; i + 1 < side; i++) {
      const k = j * side + i;
      const corners = [values[k], values[k + 1], values[k + side + 1], values[k + side]];
      const [low, high] = [Math.min(...corners), Math.max(...corners)];
      for (const level of levels) {
        if (level <= low || level > high) continue;
        const ends = [];
        for (let c = 0; c < 4; c++) {
          const [from, to] = [corners[c], corners[(c + 1) % 4]];
          if (from < level === to < level) continue;
          const part = (level - from) / (to - from);
          ends.push([[i + part, j], [i + 1, j + part], [i + 1 - part, j + 1], [i, j + 1 - part]][c]);
        }
        for (let e = 0; e + 1 < ends.length; e += 2) {
          path.moveTo(ends[e][0] * cell, ends[e][1] * cell);
          path.lineTo(ends[e + 1][0] * cell, ends[e + 1][1] * cell);
        }
      }
    }
  }
  return path;
}

export function disc(pen, [x, y], radius, colour) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(pen, { fillStyle: colour, strokeStyle: "#1f2328", lineWidth: radius / 3 });
  pen.fill();
  pen.stroke();
}

export function star(pen, x, y, radius, colour) {
  pen.beginPath();
  for (let k = 0; k < 10; k++) {
    const [angle, r] = [(k * Math.PI) / 5, k % 2 ? radius * 0.45 : radius];
    pen.lineTo(x + r * Math.sin(angle), y - r * Math.cos(angle));
  }
  pen.closePath();
  Object.assign(pen, { fillStyle: colour, strokeStyle: "#1f2328", lineWidth: radius / 8 });
  pen.fill();
  pen.stroke();
}
