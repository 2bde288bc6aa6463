/* The laboratory: Python in a worker, and the panel that checks a certificate again.
 *
 *   import { engine } from "./laboratory.js";
 *   const result = await engine.call("build", { claim: "proposition-5", p: 3 });
 *
 * `call` starts the worker if there is none. It fails with an Error whose message is one line, to
 * be shown as it is: bad input, a stop, or the time limit. What may be asked is in
 * lossurface/laboratory.py. Events: `progress`, its detail being {bytes} or {ready: true}; `stop`.
 */

class Engine extends EventTarget {
  seconds = 60; // that an answer may take
  #worker = null;
  #ready = false;
  #calls = new Map();
  #count = 0;
  #timer = null;

  /** Whether a question waits for its answer. */
  get busy() {
    return this.#calls.size > 0;
  }

  /** Ask Python a question; return a promise of its result. */
  call(op, args = {}) {
    if (this.#worker === null) this.#start();
    return new Promise((resolve, reject) => {
      const id = ++this.#count;
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ id, op, args });
      if (this.#calls.size === 1) this.#watch();
    });
  }

  /** End the worker, whatever it does. The next call starts another one. */
  stop(line = "stopped") {
    if (this.#worker === null) return;
    this.#worker.terminate();
    this.#worker = null;
    clearTimeout(this.#timer);
    const waiting = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of waiting) reject(new Error(line));
    this.dispatchEvent(new Event("stop"));
  }

  #start() {
    // Through a blob, the worker is under this page's content policy; from an address of its own it
    // would be under none.
    const address = new URL("worker.js", import.meta.url);
    const source = new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" });
    const url = URL.createObjectURL(source);
    const worker = new Worker(url, { type: "module" });
    this.#worker = worker;
    this.#ready = false;
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) this.#heard(data);
    };
    worker.onerror = () => {
      if (worker === this.#worker) this.stop("Python's files did not load; reload the page");
    };
  }

  #heard({ id, ok, result, line, broken, ...progress }) {
    if (id === undefined) {
      this.#ready ||= Boolean(progress.ready);
      this.dispatchEvent(new CustomEvent("progress", { detail: progress }));
    } else {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (ok) call.resolve(result);
      else call.reject(new Error(line));
      if (broken) this.stop("Python stopped; ask again");
    }
    this.#watch();
  }

  #watch() {
    clearTimeout(this.#timer);
    if (!this.#ready || !this.busy) return;
    const line = `no answer within ${this.seconds} seconds; ask for something smaller`;
    this.#timer = setTimeout(() => this.stop(line), 1000 * this.seconds);
  }
}

export const engine = new Engine();

/** Show a verdict in an element: its status, its line, and what the status means. */
export function show(place, { status, line, statement }) {
  place.dataset.status = status;
  const parts = [["strong", status], ["span", `: ${line}`], ["p", statement]];
  place.replaceChildren(
    ...parts.map(([name, text]) => Object.assign(document.createElement(name), { textContent: text })),
  );
}

/** Show one line that is no verdict. */
export function tell(place, line) {
  delete place.dataset.status;
  place.textContent = line;
}

/** Tell in an element how much of Python is loaded. */
export function tellProgress(place) {
  const size = document.getElementById("laboratory-size").textContent;
  engine.addEventListener("progress", ({ detail: { bytes, ready } }) => {
    place.textContent = ready ? "" : `loading Python: ${(bytes / 1e6).toFixed(1)} of ${size} MB`;
  });
  engine.addEventListener("stop", () => (place.textContent = ""));
}

const LARGEST = 20_000_000; // bytes; the checker reads no more

function recheckPanel(section) {
  const [panel, file, name, text, check, stop, progress, verdict] = [
    ".ls-panel", "#certificate-file", "#certificate-name", "#certificate-text",
    "#certificate-check", "#laboratory-stop", "#laboratory-progress", "#verdict",
  ].map((selector) => section.querySelector(selector));
  let asked = 0;

  // What is read may be overtaken by what is chosen after it: the last one counts.
  async function recheck(reading) {
    const mine = ++asked;
    stop.disabled = false;
    tell(verdict, "checking ...");
    try {
      text.value = await reading;
      const found = await engine.call("recheck", { text: text.value });
      if (mine === asked) show(verdict, found);
    } catch (error) {
      if (mine === asked) tell(verdict, error.message);
    }
    if (mine === asked) stop.disabled = true;
  }

  async function read(chosen) {
    if (chosen.size > LARGEST) throw new Error(`larger than ${LARGEST} bytes; choose another file`);
    // A byte order mark is not taken away: the checker refuses it, as the command does.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await chosen.arrayBuffer());
  }

  async function fetched(filename) {
    const answer = await fetch(new URL(`../certificates/${filename}`, import.meta.url));
    if (!answer.ok) throw new Error(`${filename}: ${answer.status} ${answer.statusText}`);
    return answer.text();
  }

  function choose(reading, other) {
    other.value = ""; // what is shown as chosen is what is checked
    recheck(reading);
  }

  // The same file may be chosen again, its content having changed.
  file.addEventListener("click", () => (file.value = ""));
  file.addEventListener("change", () => file.files.length && choose(read(file.files[0]), name));
  name.addEventListener("change", () => name.value && choose(fetched(name.value), file));
  text.addEventListener("input", () => {
    asked += 1; // a verdict on what stood there before is none on this
    tell(verdict, "altered: check the text");
  });
  check.addEventListener("click", () => recheck(text.value));
  stop.addEventListener("click", () => engine.stop());
  section.addEventListener("dragover", (event) => event.preventDefault());
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer.files;
    if (dropped) recheck(read(dropped));
  });
  tellProgress(progress);
  section.querySelector(".ls-missing").hidden = true;
  panel.hidden = false;
}

if (typeof WebAssembly === "object") {
  recheckPanel(document.getElementById("laboratory-recheck"));
}
