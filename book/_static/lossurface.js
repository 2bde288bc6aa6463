/* Figures without a kernel.
 *
 * Each .ls-explore element holds native controls, and for each panel a picture, an empty plot and
 * the frames as JSON: what all frames share ("base"), and for each combination of the controls, in
 * row-major order, what differs. Colours named var(--ls-...) are looked up in the page's style
 * sheet, so a figure follows the theme. plotly is fetched from this site, and only when a figure
 * comes near the screen of a reader who has moved: the first screen does not wait for it. Until
 * then, in print, and where there is no WebGL for a surface, the picture is shown.
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

  function hasWebGL() {
    const context = document.createElement("canvas").getContext("webgl");
    if (context) { context.getExtension("WEBGL_lose_context")?.loseContext(); }
    return Boolean(context);
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
    this.inputs = Array.from(
      element.querySelectorAll(".ls-control input:not(.ls-turn), .ls-control select"));
    this.panels = null;
    this.playing = null;
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

  /* The plotly figure of a panel at an index, its colours not yet looked up. */
  function frameOf(panel, index) {
    const frame = panel.frames[index];
    const data = panel.base.data.map(function (trace, i) {
      return Object.assign({}, trace, frame.data[i]);
    });
    return { data: data, layout: Object.assign({}, panel.base.layout, frame.layout) };
  }

  /* The camera stays where the reader has turned it. At first it steps back from a narrow plot, as
   * its field of view is as high as the plot, whatever the width. */
  function aim(scene, plot) {
    if (!scene || plot.clientWidth === 0) { return; }
    if (plot.dataset.width === String(plot.clientWidth)) {
      scene.camera = plot._fullLayout.scene._scene.getCamera();
      return;
    }
    plot.dataset.width = String(plot.clientWidth);
    const far = Math.max(1, 0.3 + 1.5 * plot.clientHeight / plot.clientWidth);
    for (const axis of "xyz") { scene.camera.eye[axis] *= far; }
  }

  Explorer.prototype.draw = function () {
    const self = this;
    const index = this.index();
    const styles = getComputedStyle(document.documentElement);
    const config = { displayModeBar: false, responsive: true, scrollZoom: false };
    const drawings = this.panels.map(function (panel, i) {
      const figure = coloured(frameOf(panel, index), styles);
      aim(figure.layout.scene, self.plots[i]);
      return figure;
    });
    this.pending = this.pending.then(function () {
      return Promise.all(drawings.map(function (drawing, i) {
        return window.Plotly.react(self.plots[i], drawing.data, drawing.layout, config);
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

  /* From the frame shown to the last one, or from the first if that is the last; then it stops. */
  Explorer.prototype.play = function (input, button) {
    const self = this;
    if (this.playing !== null) { this.stop(); return; }
    const last = this.length(input) - 1;
    const slow = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const playing = { button: button };
    this.playing = playing;
    name(button, "Pause");
    let next = Number(input.value) === last ? 0 : Number(input.value) + 1;
    function step() {
      if (self.playing !== playing) { return; }
      const due = performance.now() + (slow ? 800 : 100);
      input.value = next;
      next += 1;
      self.moved(input).then(function () {
        if (self.playing !== playing) { return; }
        if (next > last) { self.stop(); return; }
        window.setTimeout(step, Math.max(0, due - performance.now()));
      });
    }
    step();
  };

  Explorer.prototype.stop = function () {
    if (this.playing === null) { return; }
    name(this.playing.button, "Play");
    this.playing = null;
  };

  function name(button, word) {
    button.textContent = word;
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/^\w+/, word));
  }

  /* A 3-D figure can be turned with the keyboard too: one more slider, for the camera's angle. */
  Explorer.prototype.turntable = function () {
    const slider = this.element.querySelector(".ls-turn");
    if (!slider) { return; }
    const starts = this.plots.filter(function (plot) { return plot._fullLayout.scene; })
      .map(function (plot) { return [plot, plot._fullLayout.scene.camera]; })
      .map(function ([plot, camera]) { return [plot, JSON.parse(JSON.stringify(camera))]; });
    function look() {
      const text = slider.value.replace("-", "\u2212") + "\u00b0";
      slider.parentElement.querySelector("output").textContent = text;
      slider.setAttribute("aria-valuetext", text);
      const turn = Number(slider.value) * Math.PI / 180;
      const cos = Math.cos(turn), sin = Math.sin(turn);
      for (const [plot, camera] of starts) {
        const eye = camera.eye;
        window.Plotly.relayout(plot, {
          "scene.camera": Object.assign({}, camera, {
            eye: { x: eye.x * cos - eye.y * sin, y: eye.x * sin + eye.y * cos, z: eye.z }
          })
        });
      }
    }
    slider.addEventListener("input", look);
    const reset = this.element.querySelector(".ls-reset");
    reset.addEventListener("click", function () { slider.value = 0; look(); });
    slider.disabled = reset.disabled = false;
  };

  /* The page scrolls over a plot: plotly never hears of the wheel, and of a finger only in a figure
   * that has been tapped, until something else is touched. */
  function letScroll(stage) {
    const deep = stage.classList.contains("ls-deep");
    const hint = document.createElement("span");
    const finger = window.matchMedia("(pointer: coarse)").matches;
    function awake(is) {
      stage.classList.toggle("ls-awake", is);
      hint.textContent = !finger ? "Drag to turn"
        : is ? "Drag to turn; tap elsewhere to let go" : "Tap, then drag to turn";
    }
    stage.addEventListener("wheel", function (event) { event.stopPropagation(); },
      { capture: true, passive: true });
    for (const type of ["touchstart", "touchmove", "touchend"]) {
      stage.addEventListener(type, function (event) {
        if (!stage.classList.contains("ls-awake")) { event.stopPropagation(); }
      }, { capture: true, passive: true });
    }
    if (!deep) { return; }
    hint.className = "ls-hint";
    stage.append(hint);
    awake(false);
    stage.addEventListener("click", function () { awake(true); });
    document.addEventListener("pointerdown", function (event) {
      if (!stage.contains(event.target)) { awake(false); }
    });
  }

  /* The picture stays, its controls go. */
  Explorer.prototype.still = function (reason) {
    this.element.classList.add("ls-still");
    this.element.querySelector(".ls-controls").textContent = reason;
  };

  Explorer.prototype.start = function () {
    if (this.started) { return this.started; }
    const self = this;
    const deep = this.element.querySelector(".ls-deep") !== null;
    if (deep && !hasWebGL()) {
      this.still("This figure can be turned and played where the browser has WebGL.");
      this.started = Promise.resolve();
      return this.started;
    }
    this.started = plotly().then(function () {
      const holder = self.element.querySelector(".ls-frames");
      self.panels = JSON.parse(holder.textContent);
      holder.remove();
      return self.draw();
    }).then(function () {
      self.turntable();
      for (const plot of self.plots) { letScroll(plot.parentElement); }
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

  /* The panels as they are, beside each other, as the text of an SVG file. */
  Explorer.prototype.picture = function () {
    const paper = getComputedStyle(document.documentElement).getPropertyValue("--ls-paper").trim();
    const ink = getComputedStyle(document.documentElement).getPropertyValue("--ls-ink").trim();
    const top = 30;
    return Promise.all(this.plots.map(function (plot) {
      const size = { width: plot.clientWidth, height: plot.clientHeight };
      return window.Plotly.toImage(plot, Object.assign({ format: "svg" }, size))
        .then(function (url) {
          return [decodeURIComponent(url.slice(url.indexOf(",") + 1)), size, plot];
        });
    })).then(function (parts) {
      let left = 0;
      const inner = parts.map(function ([text, size, plot]) {
        const title = plot.closest(".ls-panel").querySelector(".ls-title");
        const label = document.createElement("span");
        label.textContent = title ? title.textContent : "";
        const shown = '<text x="' + (left + size.width / 2) + '" y="20" fill="' + ink +
          '" text-anchor="middle" font-family="sans-serif" font-weight="600">' +
          label.innerHTML + "</text>" +
          text.replace(/<svg /, '<svg x="' + left + '" y="' + top + '" ');
        left += size.width;
        return shown;
      }).join("");
      const height = top + parts[0][1].height;
      return '<svg xmlns="http://www.w3.org/2000/svg" width="' + left + '" height="' + height +
        '"><rect width="100%" height="100%" fill="' + paper + '"/>' + inner + "</svg>";
    });
  };

  /* Every frame with its values of the controls, numbers as numbers: what the figure is made of. */
  Explorer.prototype.data = function () {
    const self = this;
    const arrays = { f4: Float32Array, f8: Float64Array, i1: Int8Array, u1: Uint8Array,
      i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array };
    function plain(value) {
      if (value && value.bdata) {
        const bytes = Uint8Array.from(atob(value.bdata), function (c) { return c.charCodeAt(0); });
        const flat = Array.from(new arrays[value.dtype](bytes.buffer));
        if (!value.shape) { return flat; }
        const across = Number(value.shape.split(",")[1]);
        return Array.from({ length: flat.length / across }, function (_, row) {
          return flat.slice(row * across, (row + 1) * across);
        });
      }
      return value;
    }
    return this.panels[0].frames.map(function (_, index) {
      const controls = {};
      let rest = index;
      for (const input of self.inputs.slice().reverse()) {
        const at = rest % self.length(input);
        rest = (rest - at) / self.length(input);
        controls[input.labels[0].textContent] = input.tagName === "SELECT"
          ? input.options[at].text : input.dataset.values.split("|")[at];
      }
      const panels = self.panels.map(function (panel, i) {
        const title = self.plots[i].closest(".ls-panel").querySelector(".ls-title");
        const traces = frameOf(panel, index).data.map(function (trace) {
          const kept = {};
          for (const key of ["type", "name", "x", "y", "z", "i", "j", "k"]) {
            if (key in trace) { kept[key] = plain(trace[key]); }
          }
          return kept;
        });
        return { title: title ? title.textContent : "", traces: traces };
      });
      return { controls: controls, panels: panels };
    });
  };

  function save(content, type, file) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: type }));
    link.download = file;
    link.click();
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }

  function raster(svg) {
    return new Promise(function (resolve, reject) {
      const image = new Image();
      image.onload = function () {
        const canvas = document.createElement("canvas");
        canvas.width = 2 * image.width;
        canvas.height = 2 * image.height;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(resolve);
      };
      image.onerror = reject;
      image.src = "data:image/svg+xml," + encodeURIComponent(svg);
    });
  }

  /* What a figure's menu offers: its files, and the cell that makes it. */
  function fill(menu) {
    const figure = menu.closest("figure");
    const explorer = figures.find(function (one) { return figure.contains(one.element); });
    const list = document.createElement("ul");
    function offer(text, act) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", act);
      item.append(button);
      list.append(item);
    }
    if (explorer && explorer.panels !== null) {
      offer("PNG", function () {
        explorer.picture().then(raster).then(function (png) { save(png, "", figure.id + ".png"); });
      });
      offer("SVG", function () {
        explorer.picture().then(function (svg) { save(svg, "image/svg+xml", figure.id + ".svg"); });
      });
      offer("Data (JSON)", function () {
        save(JSON.stringify(explorer.data()), "application/json", figure.id + ".json");
      });
    } else {
      const theme = document.documentElement.dataset.theme === "dark" ? "dark" : "light";
      const images = Array.from(figure.querySelectorAll("img.ls-" + theme));
      for (const [place, image] of images.entries()) {
        const kind = image.src.split(".").pop();
        offer(kind.toUpperCase() + (images.length > 1 ? " " + (place + 1) : ""), function () {
          const link = document.createElement("a");
          link.href = image.src;
          link.download = figure.id + (images.length > 1 ? "-" + (place + 1) : "") + "." + kind;
          link.click();
        });
      }
    }
    const source = figure.closest(".cell")?.querySelector(".cell_input");
    if (source) {
      offer("Code", function () {
        const folded = source.closest("details") || source.querySelector("details");
        if (folded) { folded.open = true; }
        source.scrollIntoView({ block: "center" });
        const code = source.querySelector("pre");
        if (code) { code.focus({ preventScroll: true }); }
      });
    }
    menu.querySelector("ul")?.remove();
    menu.append(list);
  }

  function begin() {
    // docutils calls a bibliography a list, but its entries are no list items.
    document.querySelectorAll(".citation-list[role=list]").forEach(function (list) {
      list.removeAttribute("role");
    });
    document.querySelectorAll(".ls-explore").forEach(function (element) {
      figures.push(new Explorer(element));
    });
    document.querySelectorAll("details.ls-menu").forEach(function (menu) {
      menu.addEventListener("toggle", function () { if (menu.open) { fill(menu); } });
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
    function again() {
      for (const figure of figures) { if (figure.panels !== null) { figure.draw(); } }
    }
    new MutationObserver(again)
      .observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    let resized = null;
    window.addEventListener("resize", function () {
      window.clearTimeout(resized);
      resized = window.setTimeout(again, 200);
    });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }

  /* For tests: draw every figure now. */
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
