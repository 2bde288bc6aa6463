// Typeset formulas with the site's own MathJax: a JSON list of [TeX, is display] on standard input,
// {"html": [...], "css": "..."} on standard output. Arguments: MathJax's folder, the macros as JSON.
const [folder, macros] = process.argv.slice(2);
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));

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
  const html = asked.map(([tex, display]) =>
    adaptor.outerHTML(MathJax.tex2chtml(tex, { display })));
  const css = adaptor.textContent(MathJax.chtmlStylesheet());
  process.stdout.write(JSON.stringify({ html, css }));
}).catch((error) => { console.error(error); process.exitCode = 1; });
