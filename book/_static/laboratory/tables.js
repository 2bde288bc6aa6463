/* Beside the plane the samples as a table; below it what there is to take away. */
import { el } from "./plane.js";
import { number, toLink } from "./state.js";

export class Table {
  /** `act` has type(k, axis, text), flip(k), remove(k), select(k) and note(line). */
  constructor(act) {
    this.act = act;
    this.element = el("table", {});
  }

  draw(samples, chosen) {
    const d = samples[0].x.length;
    const shape = `${samples.length} ${d}`;
    if (this.element.dataset.shape !== shape) {
      const focused = this.element.contains(document.activeElement);
      this.#fill(samples.length, d, shape);
      if (focused) this.element.tBodies[0].rows[Math.max(0, chosen)].lastChild.firstChild.focus();
    }
    samples.forEach((sample, k) => {
      const row = this.element.tBodies[0].rows[k];
      row.classList.toggle("lab-chosen", k === chosen);
      sample.x.forEach((text, axis) => {
        const input = row.cells[1 + axis].firstChild;
        if (document.activeElement === input) return;
        input.value = text;
        input.removeAttribute("aria-invalid");
      });
      const label = row.cells[1 + d].firstChild;
      label.textContent = sample.y > 0 ? "+1" : "\u22121";
      label.classList.toggle("lab-minus", sample.y < 0);
    });
  }

  #fill(n, d, shape) {
    this.element.dataset.shape = shape;
    const head = (...parts) => el("th", { scope: "col" }, ...parts);
    const names = Array.from({ length: d }, (_, k) => head("x", el("sub", {}, String(k + 1))));
    this.element.replaceChildren(
      el("thead", {}, el("tr", {}, head("#"), ...names, head("label"), el("td"))),
      el("tbody", {}, ...Array.from({ length: n }, (_, k) => this.#row(k, d))),
    );
  }

  #row(k, d) {
    const { act } = this;
    const cell = (axis) => {
      const name = `Coordinate ${axis + 1} of sample ${k + 1}`;
      const input = el("input", { "aria-label": name, onfocus: () => act.select(k), onchange: () => {
        let line = "";
        try {
          act.type(k, axis, number(input.value, name));
        } catch (error) {
          line = `${error.message}.`;
        }
        if (line) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
        act.note(line);
      } });
      return el("td", {}, input);
    };
    const button = (text, name, press, more) =>
      el("td", {}, el("button", { type: "button", "aria-label": `${name} sample ${k + 1}`, onclick: press, ...more }, text));
    return el("tr", {}, el("th", { scope: "row" }, String(k + 1)),
      ...Array.from({ length: d }, (_, axis) => cell(axis)),
      button("", "Change the label of", () => act.flip(k), { class: "lab-label" }),
      button("\u00d7", "Delete", () => act.remove(k)));
  }
}

export class Outputs {
  constructor() {
    this.element = el("div", { class: "lab-outputs" });
  }

  draw(answer, state, claim) {
    const bar = el("p", { class: "lab-bar" },
      copier("Copy a link to this", () => location.href.split("#")[0] + toLink(state)));
    const blocks = [];
    if (answer.certificate) {
      URL.revokeObjectURL(this.blob);
      this.blob = URL.createObjectURL(new Blob([answer.certificate], { type: "application/json" }));
      bar.append(el("a", { href: this.blob, download: `${claim.id}.json` }, "Download the certificate"));
      blocks.push(["The certificate", answer.certificate], ["The same in Python", answer.python],
        ["On the command line", answer.command]);
    }
    bar.append(el("a", { href: `../${claim.page}.html` }, "The claim's page"));
    const open = [...this.element.querySelectorAll("details")].map((details) => details.open);
    this.element.replaceChildren(bar, ...blocks.map(([title, text], k) =>
      el("details", { open: open[k] }, el("summary", {}, title), el("pre", { tabindex: 0 }, text),
        copier("Copy", () => text))));
  }
}

function copier(label, text) {
  return el("button", { type: "button", onclick: async ({ target }) => {
    try {
      await navigator.clipboard.writeText(text());
      target.textContent = "Copied";
    } catch {
      target.textContent = "Not allowed here: select the text";
    }
    setTimeout(() => { target.textContent = label; }, 2000);
  } }, label);
}
