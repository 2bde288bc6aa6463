// Typeset formulas with the site's own MathJax: a JSON list of [TeX, is display] on standard input,
// {"html": [...], "css": "..."} on standard output. Arguments: MathJax's folder, the macros as JSON.
const [folder, macros] = process.argv.slice(2);
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));

const LONG = 28; // signs
const RELATION = /^([=<>]|\\(leq?|geq?|neq?|to|iff|implies|approx|Longleftrightarrow|Rightarrow))$/;
const SIGN = /^([+-]|\\pm|\\mp)$/;
const NEITHER = /^([_^,;:]|\\left|\\right)$/; // after these a sign is no sum, a colon no relation
const OPENING = /^([{([]|\\\{|\\left|\\l(angle|vert|Vert|floor|ceil))$/;
const CLOSING = /^([})\]]|\\\}|\\right|\\r(angle|vert|Vert|floor|ceil))$/;

// A long display in parts, between which a line may end: those far apart (\qquad), and in each of
// them before a relation, a plus or a minus that stands in no bracket.
function parts(tex) {
  if (/\\(begin|\\)|&/.test(tex)) return [[tex]];
  const far = [[""]];
  let depth = 0, bars = 0, before = "=";
  for (const token of tex.match(/\\[a-zA-Z]+|\\.|[^]/g)) {
    if (token === "|" && !NEITHER.test(before)) depth += bars++ % 2 ? -1 : 1;
    if (OPENING.test(token)) depth += 1;
    if (CLOSING.test(token)) depth -= 1;
    if (depth === 0 && /^\\q?quad$/.test(token)) {
      far.push([""]);
      before = "=";
      continue;
    }
    const near = far.at(-1);
    const joins = RELATION.test(token) || SIGN.test(token);
    if (depth === 0 && joins && !RELATION.test(before) && !NEITHER.test(before)) near.push("{}");
    near[near.length - 1] += token;
    if (token.trim() !== "") before = token;
  }
  return far;
}

require(`${folder}/node-main.js`).init({
  loader: {
    paths: { mathjax: folder },
    load: ["input/tex", "output/chtml", "a11y/assistive-mml"],
    require
  },
  tex: { macros: JSON.parse(macros) },
  chtml: { adaptiveCSS: false, fontURL: "mathjax/output/chtml/fonts/woff-v2" }
}).then((MathJax) => {
  const adaptor = MathJax.startup.adaptor;
  const set = (tex, display) => adaptor.outerHTML(MathJax.tex2chtml(tex, { display }));
  const html = asked.map(([tex, display]) => {
    if (!display) return set(tex, false);
    const whole = set(tex, true);
    const signs = whole.replace(/.*<mjx-assistive-mml[^>]*>/s, "").replace(/<[^>]*>|\s/g, "");
    const [tagged, tag] = /\\tag\{(\w+)\}/.exec(tex) || ["", ""];
    const far = signs.length < LONG ? [] : parts(tex.replace(tagged, ""));
    const lines = far.flat().length < 2 ? [whole] : far.map((near) => `<span class="ls-near">${
      near.map((part) => set(`\\displaystyle ${part}`, false)).join("<wbr>")}</span>`);
    const number = lines[0] !== whole && tag ? `<span class="ls-tag">(${tag})</span>` : "";
    return `<div class="ls-display">${number}${lines.join('<span class="ls-far"> </span>')}</div>`;
  });
  const css = adaptor.textContent(MathJax.chtmlStylesheet());
  process.stdout.write(JSON.stringify({ html, css }));
}).catch((error) => { console.error(error); process.exitCode = 1; });
