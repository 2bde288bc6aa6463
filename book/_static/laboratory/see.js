/* See: the loss round theta*, the signs of the network, descent. Floats draw; they prove nothing. */
import { CIVIDIS, COLOURS, contours, disc, picture, pixel, rgb, short, star, stripes } from "./drawing.js";
import { Network } from "./network.js";
import { Plane, el } from "./plane.js";
import { float } from "./state.js";

const LEVELS = 13;
const STEPS = 600; // of descent, at most
const NOTE =
  "Colours, paths and signs are computed here in floats and only drawn; no verdict depends on them. The ball, the " +
  "training error and the separating line come from the exact answer.";

export class See {
  constructor(lab, host) {
    this.lab = lab;
    this.colours = {};
    this.zoom = 1;
    this.rate = 2e4; // multiplications a millisecond, measured later
    this.random = Array.from({ length: 2 }, () => []);
    const pick = (which) => el("select", { onchange: (event) => {
      this.chosen[which] = event.target.value;
      this.#turn();
    } });
    this.picks = [pick(0), pick(1)];
    const button = (text, act, more = {}) => el("button", { type: "button", onclick: act, ...more }, text);
    const zoom = (factor) => () => {
      this.zoom = Math.min(64, Math.max(1 / 64, this.zoom * factor));
      lab.repaint();
    };
    this.canvas = el("canvas", {
      tabindex: 0, role: "application", "aria-describedby": "laboratory-see-help",
      "aria-label": "The loss around theta star: arrow keys move a cross, Enter starts descent there",
      onclick: (event) => this.#start(event.offsetX / this.canvas.clientWidth, event.offsetY / this.canvas.clientHeight),
      onkeydown: (event) => this.#key(event),
      onblur: () => { this.cross = null; lab.repaint(); },
    });
    this.plane = new Plane(lab, { label: "The samples, and the network's sign", keys: false });
    this.told = el("p", { role: "status" });
    this.about = el("p", {});
    this.apart = el("p", {});
    this.scale = [el("span", {}), el("span", {})];
    this.signs = el("p", { class: "lab-title" });
    const bar = el("i", {});
    bar.style.background = `linear-gradient(90deg, ${CIVIDIS.map((hex) => `#${hex}`)})`;
    this.element = el("div", { class: "lab" },
      el("div", { class: "lab-bar" },
        el("label", {}, el("span", {}, "Across"), this.picks[0]), el("label", {}, el("span", {}, "Up"), this.picks[1]),
        button("Other random directions", () => { this.random = [[], []]; this.#turn(); })),
      el("div", { class: "lab-panels" },
        el("div", {}, el("p", { class: "lab-title" }, "The loss around \u03b8*"), el("div", { class: "lab-surface" }, this.canvas,
          el("div", { class: "lab-zoom" },
            button("\u2212", zoom(2), { "aria-label": "Zoom out of the surface" }),
            button("+", zoom(1 / 2), { "aria-label": "Zoom into the surface" }))),
          el("div", { class: "lab-scale" }, this.scale[0], bar, this.scale[1])),
        el("div", {}, this.signs, this.plane.element,
          el("p", { class: "lab-key" }, el("b", { class: "lab-plus" }, "+1"), " and ", el("b", { class: "lab-minus" }, "\u22121"),
            " regions; a ring: misclassified; dashed: the separating line"))),
      this.told, this.about, this.apart,
      el("p", { class: "lab-help", id: "laboratory-see-help" },
        "Click on the surface, or move a cross there by arrow keys and press Enter: gradient descent in all " +
        "parameters starts at that point; the line is the path, projected onto this plane. Striped: lower than at \u03b8*. ", NOTE));
    host.replaceChildren(this.element);
    new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      lab.repaint();
    }).observe(this.element);
    new ResizeObserver(() => lab.repaint()).observe(this.element);
  }

  /** Take the parameters of a certificate that was verified. */
  certified({ certificate, radius }) {
    this.network = new Network(JSON.parse(certificate));
    this.radius = radius === "inf" ? Infinity : float(radius);
    this.told.textContent = "";
    const names = this.network.directions();
    if (String(names) !== this.names) {
      this.names = String(names);
      const several = ({ shape }) => shape.reduce((a, b) => a * b, 1) > 1;
      const wholes = new Set(this.network.blocks.filter(several).map(({ name }) => name));
      this.picks.forEach((pick) => pick.replaceChildren(...names.map((name) => el("option", { value: name }, wholes.has(name) ? `${name}, all entries equally` : name))));
      this.chosen = this.#usual(names);
      this.random = [[], []];
      this.zoom = this.network.shallow ? 1 : 4; // the dead layer wakes some radii away
    }
    this.#turn();
  }

  /* The first neuron's weights; or an output weight and W; or the dead layer and what follows it. */
  #usual(names) {
    const { shallow, identity, layers, d, width, theta } = this.network;
    const entry = (block, index) => (names.includes(block + index) ? block + index : block);
    const silent = theta.slice(1, 1 + width).every((value) => value === 0); // then W changes nothing
    if (shallow) return d > 1 && !silent ? ["W[0,0]", "W[1,0]"] : [entry("a", "[0]"), "W"];
    const last = identity ? entry("a", "[0]") : entry(`W${layers.length}`, "[0,0]");
    return [entry(`b${layers.length - 1}`, "[0]"), last];
  }

  separated(result) {
    this.result = result;
    if (!result) this.apart.textContent = "";
    else if (result.separable) {
      const w = result.w.join(", ").replaceAll("-", "\u2212");
      this.apart.textContent = `Exactly: w\u1d40x + b = 0 separates the classes, with w = (${w}) and b = ${result.b.replace("-", "\u2212")}.`;
    } else {
      const used = result.mu.flatMap((weight, k) => (weight === "0" ? [] : [k + 1]));
      this.apart.textContent = `Exactly: no ${["point", "line", "plane"][this.lab.state.samples[0].x.length - 1] ?? "hyperplane"} separates the classes: their convex hulls meet, even for the samples ${used.join(", ")} alone.`;
    }
  }

  separator() {
    return this.result?.separable ? this.result : null;
  }

  /* Make the two directions orthonormal, so that the certified ball is a disc. */
  #turn() {
    const { network } = this;
    if (!network) return;
    this.picks.forEach((pick, k) => { pick.value = this.chosen[k]; });
    const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    const [u, v] = this.chosen.map((name, k) => {
      let i = 0; // drawn numbers are kept, so that a drag does not turn the plane
      return network.direction(name, () => (this.random[k][i++] ??= normal()));
    });
    const along = u.reduce((sum, value, k) => sum + value * v[k], 0);
    const rest = v.map((value, k) => value - along * u[k]);
    const length = Math.hypot(...rest);
    this.flat = length < 1e-9;
    this.basis = [u, rest.map((value) => (this.flat ? 0 : value / length))];
    this.run = null;
    this.lab.repaint();
  }

  get #span() {
    return (Number.isFinite(this.radius) ? 2.5 * this.radius : 2.5) * this.zoom;
  }

  #at(u, v) {
    const [first, second] = this.basis;
    return this.network.theta.map((value, k) => value + u * first[k] + v * second[k]);
  }

  /* Descent */

  #key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in steps) {
      const [x, y] = this.cross ?? [0.5, 0.5];
      this.cross = [x + steps[event.key][0] / 40, y + steps[event.key][1] / 40].map((v) => Math.min(1, Math.max(0, v)));
      this.lab.repaint();
    } else if (event.key === "Enter") this.#start(...(this.cross ?? [0.5, 0.5]));
    else return;
    event.preventDefault();
  }

  #start(across, down) {
    if (!this.#drawable()) return;
    const data = this.#data();
    const t = this.#at((2 * across - 1) * this.#span, (1 - 2 * down) * this.#span);
    const run = { t, path: [this.#shadow(t)], step: 1, first: this.network.loss(t, data), state: this.lab.state };
    run.loss = run.first;
    this.run = run;
    const slow = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const tick = () => {
      if (this.run !== run || run.state !== this.lab.state) return;
      const until = performance.now() + 10;
      for (let k = 0; !run.done && performance.now() < until && !(slow && k > 9); k++) {
        run.done = run.path.length > STEPS || !this.network.descend(t, data, run);
        if (!run.done) run.path.push(this.#shadow(t));
      }
      if (slow || run.done) this.lab.repaint();
      if (!run.done) return requestAnimationFrame(tick);
      const wrong = data.filter((sample) => this.network.misses(t, sample)).length;
      const steps = run.path.length - 1;
      const moved = steps
        ? `the loss went from ${run.first.toPrecision(4)} to ${run.loss.toPrecision(4)} in ${steps} steps`
        : `nothing moves, as the loss is flat there, at ${run.first.toPrecision(4)}`;
      this.told.textContent = `Descent in all ${t.length} parameters, in floats: ${moved}; ` +
        `${wrong} of ${data.length} samples are misclassified at its end.`;
    };
    tick();
  }

  #shadow(t) {
    return this.basis.map((direction) => direction.reduce((sum, value, k) => sum + value * (t[k] - this.network.theta[k]), 0));
  }

  /* Painting */

  #data() {
    return this.lab.state.samples.map(({ x, y }) => ({ x: x.map(float), y }));
  }

  #drawable() {
    return this.network && !this.flat && this.network.d === this.lab.state.samples[0].x.length;
  }

  paint() {
    const { lab } = this;
    if (lab.dragging && !this.visible) return; // out of sight, it waits until the sample is let go
    const { answer } = lab;
    if (this.run && this.run.state !== lab.state) this.run = null;
    const drawn = this.#drawable();
    this.about.textContent = this.flat
      ? "The two directions are the same; choose another."
      : !drawn ? "Nothing to show: these samples have no certificate yet."
        : answer && answer.status !== "VERIFIED"
          ? "These samples have no certificate: the surface is drawn round the last certified parameters, without a ball."
          : `\u03b8* has ${this.network.theta.length} parameters.`;
    const view = { axes: lab.axes, reach: lab.reach, grid: lab.grid, chosen: lab.chosen, separator: this.separator() };
    if (!drawn) {
      this.signs.textContent = "The samples";
      this.plane.draw(lab.state.samples, view);
      for (const canvas of [this.canvas, this.plane.canvas]) canvas.width = canvas.height = 1;
      return;
    }
    const data = this.#data();
    this.signs.textContent = `The samples and the network's sign ${this.run ? "at the end of descent" : "at \u03b8*"}`;
    const t = this.run ? this.run.t : this.network.theta;
    this.plane.draw(lab.state.samples, { ...view, wrong: (k) => this.network.misses(t, data[k]) });
    this.#paintSigns(t);
    this.#paintSurface(data);
  }

  /* To ask for a colour after a change makes the browser lay the page out: once a theme is enough. */
  #colour(name) {
    this.colours[name] ??= getComputedStyle(document.documentElement).getPropertyValue(`--ls-${name}`).trim();
    return this.colours[name];
  }

  #paintSigns(t) {
    const { canvas } = this.plane;
    const fine = this.#side(t.length, this.lab.dragging || (this.run && !this.run.done) ? 4 : 30, 200);
    const [across, down] = [fine, this.plane.axes.length === 1 ? 1 : fine];
    const [plus, minus] = ["positive-soft", "negative-soft"].map((name) => pixel(rgb(this.#colour(name))));
    const sample = { x: Array(this.network.d).fill(0), y: 1 };
    const pixels = new Uint32Array(across * down);
    for (let k = 0; k < across * down; k++) {
      const place = this.plane.coordinates(((k % across) + 0.5) / across, (Math.floor(k / across) + 0.5) / down);
      this.plane.axes.forEach((axis, i) => { sample.x[axis] = place[i]; });
      pixels[k] = this.network.misses(t, sample) ? minus : plus;
    }
    canvas.width = across;
    canvas.height = down;
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), across, down), 0, 0);
  }

  /* How many points to a side may be computed in so many milliseconds. */
  #side(cost, budget, most) {
    const found = Math.sqrt((budget * this.rate) / cost);
    return Math.min(most, Math.max(24, 8 * Math.floor(found / 8))); // in steps: few new sizes in a drag
  }

  /* The surface is computed again only when it changes, finer when nothing is dragged. */
  #values(data) {
    const { lab, network } = this;
    const cost = data.length * network.theta.length;
    const side = this.#side(cost, lab.dragging ? 6 : 60, 128);
    const key = [side, this.#span, ...this.basis].concat(data.map(({ x, y }) => [x, y])).join();
    if (key === this.key && this.made === network) return this.surface;
    const began = performance.now();
    const values = new Float64Array(side * side);
    for (let k = 0; k < side * side; k++) {
      const [i, j] = [k % side, Math.floor(k / side)];
      values[k] = network.loss(this.#at(this.#span * ((2 * i) / (side - 1) - 1), this.#span * (1 - (2 * j) / (side - 1))), data);
    }
    this.rate = (cost * side * side) / (performance.now() - began + 0.1);
    Object.assign(this, { key, made: network, surface: { side, values } });
    return this.surface;
  }

  #paintSurface(data) {
    const { canvas, network, lab } = this;
    const { side, values } = this.#values(data);
    const size = Math.round(canvas.clientWidth * devicePixelRatio) || 1;
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const unit = size / canvas.clientWidth;
    const pen = canvas.getContext("2d");
    const least = network.loss(network.theta, data);
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    // By its logarithm, so that both the neighbourhood of theta* and the walls around it show.
    const soft = Math.max(least - low, 0.05 * least, 1e-9);
    const height = Math.log1p((high - low) / soft) || 1;
    this.scale[0].textContent = `loss ${short(low)}`;
    this.scale[1].textContent = `${short(high)} (logarithmic)`;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture(side, (k) => COLOURS[Math.floor((255 * Math.log1p((values[k] - low) / soft)) / height)]), 0, 0, size, size);

    // Stripes where the loss is lower than at theta*: no such point may lie in the ball.
    const lower = pen.createPattern(stripes(unit), "repeat");
    const mask = picture(side, (k) => (values[k] < least * (1 - 1e-6) - 1e-12 ? 0xff000000 : 0));
    const layer = new OffscreenCanvas(size, size);
    const brush = layer.getContext("2d");
    brush.drawImage(mask, 0, 0, size, size);
    brush.globalCompositeOperation = "source-in";
    brush.fillStyle = lower;
    brush.fillRect(0, 0, size, size);
    pen.drawImage(layer, 0, 0);

    const levels = Array.from({ length: LEVELS }, (_, k) => low + soft * Math.expm1((height * (k + 1)) / LEVELS));
    pen.strokeStyle = "rgba(255, 255, 255, 0.45)";
    pen.lineWidth = 0.7 * unit;
    pen.stroke(contours(values, side, levels, size / (side - 1)));

    const place = ([u, v]) => [(1 + u / this.#span) * (size / 2), (1 - v / this.#span) * (size / 2)];
    const verified = lab.answer?.status === "VERIFIED";
    if (verified || (!lab.answer && this.proved)) this.#paintBall(pen, size, unit, this.#colour("accent"), verified);
    this.proved = verified || (!lab.answer && this.proved);
    if (this.run) {
      const path = new Path2D();
      this.run.path.forEach((point) => path.lineTo(...place(point)));
      for (const [width, style] of [[4.5, "#1f2328"], [2.5, "#ffffff"]]) {
        Object.assign(pen, { lineWidth: width * unit, strokeStyle: style, lineJoin: "round" });
        pen.stroke(path);
      }
      disc(pen, place(this.run.path.at(-1)), 6 * unit, "#ffffff");
    }
    star(pen, size / 2, size / 2, 9 * unit, this.#colour("amber"));
    if (this.cross && document.activeElement === canvas) {
      const [x, y] = this.cross.map((v) => v * size);
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = 2 * unit;
      pen.strokeRect(x - 5 * unit, y - 5 * unit, 10 * unit, 10 * unit);
    }
  }

  /* Dashed while the samples have moved and their certificate is still being checked. */
  #paintBall(pen, size, unit, colour, verified) {
    pen.strokeStyle = colour;
    pen.lineWidth = 3 * unit;
    pen.setLineDash(verified ? [] : [6 * unit, 6 * unit]);
    pen.beginPath();
    if (Number.isFinite(this.radius)) {
      pen.arc(size / 2, size / 2, (this.radius / this.#span) * (size / 2), 0, 2 * Math.PI);
    } else pen.rect(1.5 * unit, 1.5 * unit, size - 3 * unit, size - 3 * unit);
    pen.stroke();
    pen.setLineDash([]);
  }
}
