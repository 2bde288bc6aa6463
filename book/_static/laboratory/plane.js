/* The samples in a line or plane: an SVG whose points are dragged, or moved by keys. */
import { float, snapped } from "./state.js";

const SIZE = 400; // of the drawing in its own units; the page scales it
const SHAPE = { 1: "M-9,0a9,9 0 1,0 18,0a9,9 0 1,0 -18,0z", "-1": "M-8,-8h16v16h-16z" };
const SIGN = { 1: "+", "-1": "\u2212" };

/** Make an element; text goes in as text, never as markup. */
export function el(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "text", "line"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Return a sample in words. */
export function told(sample, k) {
  const at = sample.x.join(", ").replaceAll("-", "\u2212");
  return `Sample ${k + 1}, label ${SIGN[sample.y]}1, at (${at})`;
}

/** Return the least power of two that holds every coordinate, with a margin. */
export function reachOf(samples) {
  const most = Math.max(...samples.flatMap((sample) => sample.x.map((text) => Math.abs(float(text)))));
  return 2 ** Math.max(-2, Math.ceil(Math.log2(Math.min(most, 1e9) / 0.85 || 1)));
}

export class Plane {
  /**
   * `act` has drag(k, changes), drop(k), add(changes), select(k) and key(k, event): what the reader
   * did. `changes` maps axes to coordinates' texts. Without `keys` points are no tab stops, for a
   * second plane that shows the same samples.
   */
  constructor(act, { label, keys = true, describedby }) {
    this.act = act;
    this.keys = keys;
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.back = el("g", { class: "lab-axes", "aria-hidden": "true" });
    this.line = el("line", { class: "lab-separator", "aria-hidden": "true" });
    this.points = el("g");
    this.svg = el(
      "svg",
      { role: "group", "aria-label": label, "aria-describedby": describedby },
      this.back, this.line, this.points,
    );
    this.element = el("div", { class: "lab-plane" }, this.canvas, this.svg);
    this.svg.addEventListener("pointerdown", (event) => this.#grab(event));
    // A finger on a sample drags it, and scrolls nothing.
    const hold = (event) => { if (event.target.closest(".lab-point")) event.preventDefault(); };
    this.svg.addEventListener("touchstart", hold, { passive: false });
    this.svg.addEventListener("click", (event) => {
      if (!event.target.closest(".lab-point")) act.add(this.#at(event));
    });
  }

  /** Draw samples seen along `axes` (one or two), `reach` to each side. */
  draw(samples, { axes, reach, grid, chosen, wrong, separator }) {
    Object.assign(this, { axes, reach, grid });
    this.height = axes.length === 1 ? 150 : SIZE;
    this.svg.setAttribute("viewBox", `0 0 ${SIZE} ${this.height}`);
    const shape = `${axes} ${reach}`;
    if (this.back.dataset.shape !== shape) this.#drawAxes(shape);
    this.#drawSeparator(separator);
    while (this.points.childElementCount > samples.length) this.points.lastChild.remove();
    const seen = new Map();
    samples.forEach((sample, k) => {
      const place = this.#place(sample);
      const first = seen.get(String(place));
      seen.set(String(place), (first ?? 0) + 1);
      this.#drawPoint(k, sample, place, first ?? 0, k === chosen, wrong?.(k));
    });
  }

  /** Give a sample the focus, once it is drawn. */
  focus(k) {
    requestAnimationFrame(() => this.points.children[k]?.focus());
  }

  /** Return what is drawn at a fraction of the width and height: the coordinates along the axes. */
  coordinates(across, down) {
    return [(2 * across - 1) * this.reach, (1 - 2 * down) * this.reach].slice(0, this.axes.length);
  }

  #x(value) { return (SIZE / 2) * (1 + value / this.reach); }

  #y(value) { return this.height - (this.height / 2) * (1 + value / this.reach); }

  #place(sample) {
    const [first, second] = this.axes.map((axis) => float(sample.x[axis]));
    return [this.#x(first), second === undefined ? this.height / 2 : this.#y(second)];
  }

  #drawAxes(shape) {
    this.back.dataset.shape = shape;
    const parts = [];
    const across = (y, name) => el("line", { x1: 0, x2: SIZE, y1: y, y2: y, class: name });
    const down = (x, name) => el("line", { x1: x, x2: x, y1: 0, y2: this.height, class: name });
    for (let k = -3; k <= 3; k++) {
      const value = (k * this.reach) / 4;
      const text = String(value).replace("-", "\u2212");
      parts.push(down(this.#x(value), k ? "" : "lab-axis"));
      if (k) parts.push(el("text", { x: this.#x(value), y: this.#y(0) + 15 }, text));
      if (this.axes.length === 1) continue;
      parts.push(across(this.#y(value), k ? "" : "lab-axis"));
      if (k) parts.push(el("text", { x: this.#x(0) - 5, y: this.#y(value) + 4, class: "lab-left" }, text));
    }
    if (this.axes.length === 1) parts.push(across(this.height / 2, "lab-axis"));
    const names = this.axes.map((axis) => "x" + String.fromCharCode(0x2081 + axis));
    parts.push(el("text", { x: SIZE - 12, y: this.#y(0) - 8, class: "lab-name" }, names[0]));
    if (names[1]) parts.push(el("text", { x: SIZE / 2 + 14, y: 16, class: "lab-name" }, names[1]));
    this.back.replaceChildren(...parts);
  }

  /* Where w^T x + b = 0 in the window, the coordinates that are not seen being 0. */
  #drawSeparator(separator) {
    const [v, w = 0] = this.axes.map((axis) => float(separator?.w[axis] ?? "0"));
    const square = v * v + w * w;
    this.line.style.display = square ? "" : "none";
    if (!square) return;
    const far = (4 * this.reach) / Math.sqrt(square);
    const b = -float(separator.b) / square; // (v b, w b) is the foot of the perpendicular from 0
    const ends = this.axes.length === 1
      ? [[this.#x(v * b), 0], [this.#x(v * b), this.height]]
      : [1, -1].map((sign) => [this.#x(v * b - sign * w * far), this.#y(w * b + sign * v * far)]);
    ends.forEach(([x, y], k) => {
      this.line.setAttribute(`x${k + 1}`, x);
      this.line.setAttribute(`y${k + 1}`, y);
    });
  }

  #drawPoint(k, sample, [x, y], beneath, chosen, wrong) {
    let point = this.points.children[k];
    if (!point) {
      point = el("g", { class: "lab-point", role: "button" },
        el("path", { class: "lab-hit", d: "M-20,0a20,20 0 1,0 40,0a20,20 0 1,0 -40,0z" }),
        el("path", { class: "lab-ring", d: "M-14,0a14,14 0 1,0 28,0a14,14 0 1,0 -28,0z" }),
        el("path", { class: "lab-mark" }), el("text", { class: "lab-sign" }),
        el("text", { class: "lab-many", x: 13, y: -9 }));
      if (this.keys) point.setAttribute("tabindex", 0);
      // The index is read when the event comes: a point may have got another by then.
      const index = () => [...this.points.children].indexOf(point);
      point.addEventListener("keydown", (event) => this.act.key(index(), event));
      point.addEventListener("focus", () => this.act.select(index()));
      this.points.append(point);
    }
    const [, , mark, sign, many] = point.children;
    point.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    point.setAttribute("aria-label", told(sample, k));
    point.classList.toggle("lab-minus", sample.y < 0);
    point.classList.toggle("lab-chosen", chosen);
    point.classList.toggle("lab-wrong", Boolean(wrong));
    mark.setAttribute("d", SHAPE[sample.y]);
    sign.textContent = SIGN[sample.y];
    many.textContent = beneath ? `\u00d7${beneath + 1}` : "";
  }

  #at(event) {
    const box = this.svg.getBoundingClientRect();
    const found = this.coordinates((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    const most = Math.floor(this.reach * this.grid) / this.grid || this.reach;
    const texts = found.map((value) => snapped(Math.min(most, Math.max(-most, value)), this.grid));
    return Object.fromEntries(this.axes.map((axis, k) => [axis, texts[k]]));
  }

  #grab(event) {
    const point = event.target.closest(".lab-point");
    if (!point || event.button) return;
    event.preventDefault();
    if (this.keys) point.focus({ preventScroll: true });
    const k = [...this.points.children].indexOf(point);
    this.act.select(k);
    point.setPointerCapture(event.pointerId);
    const [x, y] = [event.clientX, event.clientY];
    let moving = false; // a tap that trembles moves nothing
    const move = (next) => {
      moving ||= Math.hypot(next.clientX - x, next.clientY - y) > 3;
      if (moving) this.act.drag(k, this.#at(next));
    };
    const end = () => {
      point.removeEventListener("pointermove", move);
      if (moving) this.act.drop(k);
    };
    point.addEventListener("pointermove", move);
    point.addEventListener("lostpointercapture", end, { once: true });
  }
}
