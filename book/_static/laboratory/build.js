/* Build: samples and choices in, a certificate out, or the line that says what they break.
 *
 * Every verdict on this page comes from the package's builder and checker in the worker, in exact
 * arithmetic. Nothing here computes one.
 */
import { engine, tellProgress } from "./laboratory.js";
import { Plane, el, reachOf, told } from "./plane.js";
import { See } from "./see.js";
import {
  LIMITS, LIMITS_LINE, float, fromLink, initial, measured, offers, read, snapped, toLink,
} from "./state.js";
import { Outputs, Table } from "./tables.js";

const HELP =
  "Drag a sample, or press the arrow keys on it (with Shift: four steps). L or Enter changes its label, " +
  "Delete removes it. Click on an empty place to add one, or press N on a sample. Ctrl+Z undoes.";
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] };
const FILE_SIZE = 20000; // bytes of a small CSV

/* Python is loaded when the reader asks for it: by the button, or by a link that carries a state. */
function begin(host) {
  const told = el("output", {});
  const size = document.getElementById("laboratory-size").textContent;
  const start = el("button", { type: "button" }, `Start (loads ${size} MB, once)`);
  const panel = el("div", { class: "lab lab-start" }, el("p", { class: "lab-bar" }, start, told));
  const open = async (event) => {
    if (start.disabled) return;
    start.disabled = true;
    try {
      const claims = await engine.call("claims", {});
      const datasets = await engine.call("datasets", {});
      panel.remove();
      const { claim } = new Laboratory(claims, datasets).fields;
      // The button is gone: who pressed it and went nowhere else goes on here.
      if (event && document.activeElement === document.body) claim.focus({ preventScroll: true });
    } catch (error) {
      told.textContent = `${error.message}.`;
      start.disabled = false;
    }
  };
  const follow = () => {
    if (!location.hash.startsWith("#claim=")) return;
    host.scrollIntoView();
    open();
  };
  host.append(panel);
  document.getElementById("laboratory-see").textContent = "Press Start above.";
  tellProgress(told);
  start.addEventListener("click", open);
  addEventListener("hashchange", follow);
  follow();
}

class Laboratory {
  constructor(claims, datasets) {
    Object.assign(this, { claims, datasets, past: [], chosen: -1, newLabel: 1, grid: 4, axes: [0, 1] });
    this.#make(document.getElementById("laboratory-build"));
    this.state = initial(claims[0]);
    this.see = new See(this, document.getElementById("laboratory-see"));
    this.#follow();
    addEventListener("hashchange", () => this.#follow());
    const dark = new MutationObserver(() => {
      this.see.colours = {};
      this.repaint();
    });
    dark.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }

  /* Changes */

  change(parts, step) {
    this.become({ ...this.state, ...parts }, step);
  }

  /** Take a new state. Changes with the same `step` are undone together. */
  become(next, step = null) {
    if (toLink(next) === toLink(this.state)) return;
    if (step === null || step !== this.step) this.past.push(this.state);
    this.step = step;
    this.#take(next);
  }

  undo() {
    if (!this.past.length) return;
    this.step = null;
    this.#take(this.past.pop());
    this.#fit();
    this.#say("Undone.");
  }

  #take(state) {
    this.state = state;
    const d = state.samples[0].x.length;
    if (this.axes.length !== Math.min(d, 2) || this.axes.some((axis) => axis >= d)) {
      this.axes = d === 1 ? [0] : [0, 1];
    }
    this.chosen = Math.min(this.chosen, state.samples.length - 1);
    this.answer = null;
    this.see.separated(null);
    this.repaint();
    this.#ask();
  }

  #fit() {
    this.reach = reachOf(this.state.samples);
    this.repaint();
  }

  /* Load what the address carries, if it carries a state; a bad link changes nothing. */
  #follow() {
    const first = this.reach === undefined;
    const carries = location.hash.startsWith("#claim=");
    if (!first && !carries) return;
    let { state } = this;
    this.note("");
    try {
      if (carries) state = fromLink(decodeURI(location.hash), this.claims);
    } catch (error) {
      const line = error instanceof URIError ? "it is broken" : error.message;
      this.note(`This link was not loaded: ${line}.`);
    }
    if (first) this.#take(state);
    else this.become(state);
    this.#fit();
    this.#settled();
  }

  /* What the reader does to samples: see `Plane` and `Table` */

  drag(k, changes) {
    // Whatever the verdict's length, the plane keeps its place under the finger.
    if (!this.dragging) this.verdict.style.height = `${this.verdict.offsetHeight}px`;
    this.dragging = true;
    this.#place(k, changes, `drag ${k}`);
  }

  drop(k) {
    this.dragging = false;
    this.step = null;
    this.verdict.style.height = "";
    this.repaint();
    this.#say(told(this.state.samples[k], k));
  }

  type(k, axis, text, step = null) {
    this.#place(k, { [axis]: text }, step);
    if (Math.abs(float(text)) > this.reach) this.#fit();
    this.#say(told(this.state.samples[k], k));
  }

  #place(k, changes, step) {
    const placed = ({ x, y }) => ({ x: x.map((text, axis) => changes[axis] ?? text), y });
    this.change({ samples: this.state.samples.map((sample, i) => (i === k ? placed(sample) : sample)) }, step);
  }

  add(changes) {
    const { samples } = this.state;
    if (samples.length >= LIMITS.samples) return this.note(`There are ${samples.length} samples already, the most allowed.`);
    const x = samples[0].x.map((_, axis) => changes[axis] ?? "0");
    this.change({ samples: [...samples, { x, y: this.newLabel }] });
    this.select(samples.length);
    this.#say(`Added: ${told(this.state.samples.at(-1), samples.length)}`);
  }

  select(k) {
    this.chosen = k;
    this.repaint();
  }

  flip(k) {
    const { samples } = this.state;
    if (!samples[k]) return;
    this.change({ samples: samples.map((sample, i) => (i === k ? { ...sample, y: -sample.y } : sample)) });
    this.#say(told(this.state.samples[k], k));
  }

  remove(k) {
    const { samples } = this.state;
    if (!samples[k]) return;
    if (samples.length === 1) return this.note("The last sample stays; move it or change its label.");
    this.change({ samples: samples.filter((_, i) => i !== k) });
    this.#say(`Sample ${k + 1} removed.`);
  }

  key(k, event) {
    const { samples } = this.state;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const [second, sign] = ARROWS[event.key];
      const axis = this.axes[second];
      if (axis === undefined) return;
      const steps = sign * (event.shiftKey ? 4 : 1);
      const here = Math.round(float(samples[k].x[axis]) * this.grid);
      this.type(k, axis, snapped((here + steps) / this.grid, this.grid), `key ${k}`);
    } else if (["Enter", " ", "l", "L"].includes(event.key)) this.flip(k);
    else if (["Delete", "Backspace"].includes(event.key)) {
      this.remove(k);
      this.plane.focus(Math.min(k, this.state.samples.length - 1));
    } else if (event.key === "n" || event.key === "N") {
      this.add(this.#besides(samples[k]));
      this.plane.focus(this.state.samples.length - 1);
    } else return;
    event.preventDefault();
  }

  #besides(sample) {
    return sample.x.map((text, axis) =>
      (axis === this.axes[0] ? snapped(float(text) + 1 / this.grid, this.grid) : text));
  }

  /* The answer: one request at a time, and after it only the latest */

  async #ask() {
    this.wanted = true;
    if (this.asking) return;
    this.asking = true;
    while (this.wanted) {
      this.wanted = false;
      const slow = setTimeout(() => { this.stopButton.hidden = false; }, 2000);
      const asked = toLink(this.state);
      const { samples } = this.state;
      const answer = await engine.call("build", this.#asked()).catch((error) => ({ line: error.message }));
      clearTimeout(slow);
      this.stopButton.hidden = true;
      this.before = answer;
      this.repaint();
      if (toLink(this.state) !== asked) continue; // the samples have moved on
      this.answer = answer;
      this.wanted = false;
      if (answer.certificate) this.see.certified(answer);
      this.repaint();
      this.#settled();
      const apart = await engine.call("separate", { samples }).catch(() => null);
      if (toLink(this.state) !== asked) continue;
      this.see.separated(apart);
      this.repaint();
    }
    this.asking = false;
  }

  /* What is the claim's own is left out, so that the Python and the command to copy are short. */
  #asked() {
    const own = initial(this.claimed());
    const differs = ([name, value]) => name === "claim" || String(value) !== String(own[name]);
    const { samples, ...choices } = this.state;
    const asked = Object.fromEntries(Object.entries(choices).filter(differs));
    if (!this.state.deep) delete asked.deep_neuron;
    return toLink({ ...own, samples }) === toLink(own) ? asked : { ...asked, samples };
  }

  /* A screen reader hears the verdict, and the address gets the state, when things come to rest. */
  #settled() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      if (this.dragging || !this.answer) return;
      const words = [...this.verdict.querySelectorAll("p")].map((part) => part.textContent);
      this.live.textContent = [this.said, ...words].filter(Boolean).join(". ");
      this.said = "";
      history.replaceState(null, "", toLink(this.state));
    }, 400);
  }

  #say(text) {
    this.said = text;
    this.#settled();
  }

  note(line) {
    this.noted.textContent = line;
  }

  /* What is on the screen */

  #make(host) {
    const button = (text, act, more = {}) => el("button", { type: "button", onclick: act, ...more }, text);
    const field = (text, control, more = {}) => el("label", more, el("span", {}, text), control);
    const select = (pairs, act) =>
      el("select", { onchange: act }, ...pairs.map(([value, text]) => el("option", { value }, text)));
    // A value that is refused leaves the state as it was, and says why.
    const choice = (name) => (event) => {
      try {
        this.note("");
        this.change({ [name]: read(name, event.target.value, this.claimed()) });
      } catch (error) {
        this.note(`${error.message}.`);
        event.target.value = this.state[name];
      }
    };
    const claimed = (id) => this.claims.find((claim) => claim.id === id);
    const load = (samples) => {
      this.change({ samples: measured(samples) });
      this.#fit();
    };

    this.claimed = () => claimed(this.state.claim);
    const chosen = (name) => select([], choice(name));
    const typed = (name) => el("input", { inputmode: "numeric", size: 4, onchange: choice(name) });
    this.fields = {
      claim: select(this.claims.map(({ id, name, title }) => [id, `${name}: ${title}`]), (event) => {
        this.become(initial(claimed(event.target.value)));
        this.#fit();
      }),
      neuron: chosen("neuron"),
      p: typed("p"),
      width: typed("width"),
      depth: typed("depth"),
      data: chosen("data"),
      deep: el("input", { placeholder: "none", size: 6, onchange: choice("deep") }),
      deep_neuron: chosen("deep_neuron"),
    };
    const data = select([["", "Load samples\u2026"], ...this.datasets.map(({ name }, k) => [k, name])], (event) => {
      if (event.target.value) load(this.datasets[event.target.value].samples);
      event.target.value = "";
    });
    data.setAttribute("aria-label", "Load a dataset of the book");
    const file = el("input", { type: "file", accept: ".csv,text/csv", onchange: async () => {
      const [chosen] = file.files;
      file.value = "";
      try {
        if (chosen.size > FILE_SIZE) throw new Error(`the file has ${chosen.size} bytes; at most ${FILE_SIZE} are read`);
        load(await engine.call("parse", { text: await chosen.text() }));
        this.note("");
      } catch (error) {
        this.note(`The file was not loaded: ${error.message}.`);
      }
    } });

    this.verdict = el("div", { class: "lab-verdict" });
    this.live = el("p", { class: "lab-hidden", role: "status" });
    this.noted = el("p", { class: "lab-note", role: "alert" });
    const zoom = (factor) => () => {
      this.reach = Math.min(2 ** 31, Math.max(1 / 4, this.reach * factor));
      this.repaint();
    };
    this.plane = new Plane(this, { label: "The samples", describedby: "laboratory-help" });
    this.plane.element.append(el("div", { class: "lab-zoom" },
      button("\u2212", zoom(2), { "aria-label": "Zoom out" }), button("+", zoom(1 / 2), { "aria-label": "Zoom in" })));
    this.table = new Table(this);
    this.seen = el("span", { class: "lab-group" });
    const sign = select([[1, "+1"], [-1, "\u22121"]], (event) => { this.newLabel = Number(event.target.value); });
    const grid = select([1, 2, 4, 8, 16].map((g) => [g, g === 1 ? "1" : `1/${g}`]), (event) => {
      this.grid = Number(event.target.value);
    });
    grid.value = this.grid;
    const size = select([1, 2, 3, 4, 5, 6].map((d) => [d, d < 4 ? ["line", "plane", "space"][d - 1] : `${d} coordinates`]), (event) => {
      const d = Number(event.target.value);
      const samples = this.state.samples.map(({ x, y }) => ({ x: [...x, ...Array(d).fill("0")].slice(0, d), y }));
      this.change({ samples });
    });
    this.size = size;
    this.stopButton = button("Stop", () => engine.stop(), { hidden: true });
    this.undoButton = button("Undo", () => this.undo());
    this.outputs = new Outputs();
    host.append(el("div", { class: "lab", onkeydown: (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && event.target.tagName !== "INPUT") {
        event.preventDefault();
        this.undo();
      }
    } },
      el("div", { class: "lab-fields" },
        field("Claim", this.fields.claim, { class: "lab-wide" }),
        field("Neuron", this.fields.neuron), field("Hinge power p", this.fields.p),
        field("Width M", this.fields.width), field("Depth", this.fields.depth),
        field("Data of", this.fields.data), field("Hidden widths of f_D", this.fields.deep),
        field("Neuron of f_D", this.fields.deep_neuron)),
      this.verdict, this.stopButton, this.live, this.noted,
      el("div", { class: "lab-work" },
        el("div", {},
          this.plane.element,
          el("div", { class: "lab-bar" },
            this.undoButton, button("Reset", () => { this.note(""); this.become(initial(this.claimed())); this.#fit(); }),
            button("Change label", () => this.flip(this.chosen), { class: "lab-on-chosen" }),
            button("Delete", () => this.remove(this.chosen), { class: "lab-on-chosen" })),
          el("div", { class: "lab-bar" },
            field("New samples", sign), field("Snap to multiples of", grid), field("Samples in a", size), this.seen)),
        el("div", {},
          el("div", { class: "lab-rows", tabindex: 0, role: "region", "aria-label": "The samples' coordinates" }, this.table.element),
          el("div", { class: "lab-bar" }, data, field("or a small CSV (a line of names, then coordinates and label)", file)))),
      el("p", { class: "lab-help", id: "laboratory-help" }, HELP, " ", LIMITS_LINE),
      this.outputs.element));
    this.host = host;
  }

  /** Paint on the next frame, once, however much has changed. */
  repaint() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.#paint();
      this.see.paint();
    });
  }

  #paint() {
    const { state, fields, answer } = this;
    const claim = this.claimed();
    const lists = { neuron: claim.neurons, data: claim.data, deep_neuron: claim.deep_neurons };
    for (const [name, control] of Object.entries(fields)) {
      const options = lists[name];
      if (options && String(options) !== control.dataset.options) {
        control.dataset.options = options;
        control.replaceChildren(...options.map((text) => el("option", { value: text }, text)));
      }
      if (document.activeElement !== control || control.tagName === "SELECT") control.value = state[name] ?? "";
      control.closest("label").hidden = name !== "claim" && !offers(claim, name);
    }
    fields.deep_neuron.closest("label").hidden ||= !state.deep;
    this.undoButton.disabled = !this.past.length;
    for (const button of this.host.querySelectorAll(".lab-on-chosen")) button.disabled = this.chosen < 0;
    this.#paintVerdict(answer);
    this.plane.draw(state.samples, {
      axes: this.axes, reach: this.reach, grid: this.grid, chosen: this.chosen, separator: this.see.separator(),
    });
    this.table.draw(state.samples, this.chosen);
    this.#paintAxes();
  }

  #paintVerdict(answer) {
    const kind = (given) => (!given ? "checking" : given.status === "VERIFIED" ? "holds" : "fails");
    const head = { checking: "Checking\u2026", holds: "VERIFIED", fails: "No certificate" };
    const shown = JSON.stringify([kind(answer), kind(this.before), answer?.line, answer?.radius]);
    if (shown === this.verdict.dataset.shown) return;
    Object.assign(this.verdict.dataset, { shown, kind: kind(answer), before: kind(this.before) });
    const facts = el("span", {});
    if (answer?.certificate) {
      const radius = answer.radius === "inf" ? "infinite: the minimum is global" : answer.radius;
      facts.textContent = `certified radius ${radius} \u00b7 training error ${answer.training_error}`;
    }
    const parts = [el("p", { class: "lab-head" }, el("b", {}, head[kind(answer)]), " ", facts)];
    if (answer) parts.push(el("p", {}, answer.line));
    // While a sample moves, the answer for where it was a moment ago is told as such.
    else if (this.before) parts.push(el("p", {}, `A moment ago: ${head[kind(this.before)]}`));
    this.verdict.replaceChildren(...parts);
    if (answer) this.outputs.draw(answer, this.state, this.claimed());
  }

  /* Samples of more than two coordinates are seen along two of them. */
  #paintAxes() {
    const d = this.state.samples[0].x.length;
    this.size.value = d;
    const shape = `${d} ${this.axes}`;
    if (this.seen.dataset.shape === shape) return;
    this.seen.dataset.shape = shape;
    const pick = (which) => el("label", {}, el("span", {}, ["across", "up"][which]), el("select", { onchange: (event) => {
      const other = this.axes[1 - which];
      this.axes[which] = Number(event.target.value);
      if (this.axes[0] === this.axes[1]) this.axes[1 - which] = [...Array(d).keys()].find((axis) => axis !== other) ?? 0;
      this.repaint();
    } }, ...Array.from({ length: d }, (_, k) => el("option", { value: k, selected: k === this.axes[which] }, `x${k + 1}`))));
    this.seen.replaceChildren(...(d > 2 ? [pick(0), pick(1)] : []));
  }
}

const host = document.getElementById("laboratory-build");
if (host && typeof WebAssembly === "object") begin(host);
