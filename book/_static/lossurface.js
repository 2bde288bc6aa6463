/* Interactive figures without a kernel.
 *
 * Each .ls-explore element holds native controls, an empty plot and the frames as JSON: what all
 * frames share ("base"), and for each combination of the controls, in row-major order, what differs.
 * Colours named var(--ls-...) are looked up in the page's style sheet, so a figure follows the theme.
 * plotly is fetched from this site, and only when a figure comes near the screen of a reader who has
 * moved: the first screen does not wait for it.
 */
(function () {
  "use strict";

  const here = document.currentScript.src;
  const figures = [];
  let library = null;

  function plotly() {
    if (library === null) {
      library = new Promise(function (resolve, reject) {
        const script = document.createElement("script");
        script.src = here.replace(/lossurface\.js.*$/, "plotly.min.js");
        script.onload = function () { resolve(window.Plotly); };
        script.onerror = reject;
        document.head.appendChild(script);
      });
    }
    return library;
  }

  function coloured(value, styles) {
    if (typeof value === "string") {
      return value.startsWith("var(--")
        ? styles.getPropertyValue(value.slice(4, -1)).trim()
        : value;
    }
    if (Array.isArray(value)) {
      return value.map(function (item) { return coloured(item, styles); });
    }
    if (value !== null && typeof value === "object") {
      const copy = {};
      for (const key in value) { copy[key] = coloured(value[key], styles); }
      return copy;
    }
    return value;
  }

  function Explorer(element) {
    this.element = element;
    this.plots = Array.from(element.querySelectorAll(".ls-plot"));
    this.inputs = Array.from(element.querySelectorAll(".ls-control input, .ls-control select"));
    this.panels = null;
    this.timer = null;
    this.angle = null;
    this.pending = Promise.resolve();
  }

  Explorer.prototype.length = function (input) {
    return input.tagName === "SELECT" ? input.options.length : Number(input.max) + 1;
  };

  Explorer.prototype.index = function () {
    let index = 0;
    for (const input of this.inputs) {
      const at = input.tagName === "SELECT" ? input.selectedIndex : Number(input.value);
      index = index * this.length(input) + at;
    }
    return index;
  };

  /* The scenes (3-D axes) of a plot, by name. */
  function scenes(plot) {
    return Object.keys(plot._fullLayout).filter(function (key) { return /^scene\d*$/.test(key); });
  }

  Explorer.prototype.draw = function () {
    const self = this;
    const index = this.index();
    const styles = getComputedStyle(document.documentElement);
    const config = { displayModeBar: false, responsive: true, scrollZoom: false };
    const drawings = this.panels.map(function (panel) {
      const frame = panel.frames[index];
      const data = panel.base.data.map(function (trace, i) {
        return Object.assign({}, trace, frame.data[i]);
      });
      const layout = Object.assign({}, panel.base.layout, frame.layout);
      return [coloured(data, styles), coloured(layout, styles)];
    });
    this.pending = this.pending.then(function () {
      return Promise.all(drawings.map(function (drawing, i) {
        return window.Plotly.react(self.plots[i], drawing[0], drawing[1], config);
      }));
    }).then(function () {
      self.element.dataset.frame = String(index);
      self.element.dataset.drawn = String(Number(self.element.dataset.drawn || 0) + 1);
    });
    return this.pending;
  };

  Explorer.prototype.moved = function (input) {
    if (input.type === "range") {
      const text = input.dataset.values.split("|")[Number(input.value)];
      input.setAttribute("aria-valuetext", text);
      input.parentElement.querySelector("output").textContent = text;
    }
    return this.draw();
  };

  Explorer.prototype.play = function (input, button) {
    const self = this;
    if (this.timer !== null) { this.stop(); return; }
    button.textContent = "Stop";
    this.playing = button;
    this.timer = window.setInterval(function () {
      input.value = (Number(input.value) + 1) % self.length(input);
      self.moved(input);
    }, 500);
  };

  Explorer.prototype.stop = function () {
    if (this.timer === null) { return; }
    window.clearInterval(this.timer);
    this.timer = null;
    this.playing.textContent = "Play";
  };

  /* A 3-D figure can be turned with the keyboard too: one more slider, for the camera's angle. */
  Explorer.prototype.turntable = function () {
    const self = this;
    if (this.eyes.length === 0) { return; }
    const id = this.element.id + "-turn";
    const row = document.createElement("div");
    row.className = "ls-control";
    row.innerHTML = '<label for="' + id + '">Turn the view</label>' +
      '<input type="range" class="ls-turn" min="-180" max="180" step="5" value="0">' +
      "<output></output>";
    const slider = row.querySelector("input");
    const output = row.querySelector("output");
    slider.id = id;
    output.setAttribute("for", id);
    function tell() {
      const text = slider.value.replace("-", "\u2212") + "\u00b0";
      output.textContent = text;
      slider.setAttribute("aria-valuetext", text);
    }
    tell();
    slider.addEventListener("input", function () {
      tell();
      const turn = Number(slider.value) * Math.PI / 180;
      const cos = Math.cos(turn), sin = Math.sin(turn);
      for (const start of self.eyes) {
        const eye = start.eye;
        const camera = start.plot._fullLayout[start.scene].camera;
        window.Plotly.relayout(start.plot, {
          [start.scene + ".camera"]: Object.assign({}, camera, {
            eye: { x: eye.x * cos - eye.y * sin, y: eye.x * sin + eye.y * cos, z: eye.z }
          })
        });
      }
    });
    this.element.querySelector(".ls-controls").appendChild(row);
  };

  Explorer.prototype.start = function () {
    const self = this;
    if (this.started) { return this.started; }
    this.started = plotly().then(function () {
      const holder = self.element.querySelector(".ls-frames");
      self.panels = JSON.parse(holder.textContent);
      holder.remove();
      return self.draw();
    }).then(function () {
      self.eyes = [];
      for (const plot of self.plots) {
        for (const scene of scenes(plot)) {
          const eye = Object.assign({}, plot._fullLayout[scene].camera.eye);
          self.eyes.push({ plot: plot, scene: scene, eye: eye });
        }
      }
      self.turntable();
      for (const input of self.inputs) {
        input.disabled = false;
        input.addEventListener("input", function (event) {
          if (event.isTrusted) { self.stop(); }
          self.moved(input);
        });
        const button = input.parentElement.querySelector(".ls-play");
        if (button) {
          button.disabled = false;
          button.addEventListener("click", function () { self.play(input, button); });
        }
      }
      self.element.dataset.ready = "true";
    });
    return this.started;
  };

  function begin() {
    // docutils calls a bibliography a list, but its entries are no list items.
    document.querySelectorAll(".citation-list[role=list]").forEach(function (list) {
      list.removeAttribute("role");
    });
    document.querySelectorAll(".ls-explore").forEach(function (element) {
      figures.push(new Explorer(element));
    });
    if (figures.length === 0) { return; }
    const near = new IntersectionObserver(function (entries) {
      for (const entry of entries) {
        if (entry.isIntersecting) {
          near.unobserve(entry.target);
          figures.find(function (figure) { return figure.element === entry.target; }).start();
        }
      }
    }, { rootMargin: "600px" });
    const moves = ["scroll", "pointermove", "pointerdown", "keydown"];
    function watch() {
      for (const move of moves) { window.removeEventListener(move, watch); }
      for (const figure of figures) { near.observe(figure.element); }
    }
    for (const move of moves) { window.addEventListener(move, watch, { passive: true }); }
    new MutationObserver(function () {
      for (const figure of figures) { if (figure.panels !== null) { figure.draw(); } }
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }

  /* For tests and printing: draw every figure now. */
  window.lossurface = {
    startAll: function () {
      return Promise.all(figures.map(function (figure) { return figure.start(); }));
    },
    settled: function () {
      return Promise.all(figures.map(function (figure) { return figure.pending; }));
    }
  };
})();

// A box of code, of maths or around a table that scrolls must be reachable by keyboard. The theme decides that from widths that
// may still change while fonts load, and takes the tab stop away again; so every box keeps one.
window.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("pre, .ls-display, .pst-scrollable-table-container")) {
    const keep = () => {
      if (box.tabIndex !== 0) box.tabIndex = 0;
    };
    new MutationObserver(keep).observe(box, { attributes: true, attributeFilter: ["tabindex"] });
    keep();
  }
});

// Paper is white, whatever the screen's theme.
(function () {
  const page = document.documentElement;
  let theme;
  window.addEventListener("beforeprint", () => {
    theme = page.dataset.theme;
    page.dataset.theme = "light";
  });
  window.addEventListener("afterprint", () => { page.dataset.theme = theme; });
})();

// The arrow that opens a part of the contents is an icon; it is called after the part.
window.addEventListener("DOMContentLoaded", () => {
  for (const arrow of document.querySelectorAll("nav summary")) {
    const part = arrow.closest("li")?.querySelector("a");
    arrow.setAttribute("aria-label", `Pages of ${part ? part.textContent.trim() : "this part"}`);
  }
});
