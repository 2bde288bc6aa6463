/* The laboratory's worker: Python, by Pyodide, with the package's own files; see laboratory.js.
 *
 * It is sent {id, op, args} and answers {id, ok: true, result} or {id, ok: false, line}. While it
 * starts it tells {bytes}, how much it has loaded so far; then {ready: true}.
 */
import { loadPyodide } from "../pyodide/pyodide.mjs";

const load = self.fetch.bind(self);
let bytes = 0;

// Pyodide fetches its files itself; this counts them as they come.
self.fetch = async function (...request) {
  const response = await load(...request);
  const counter = new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      postMessage({ bytes });
      controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counter), { status, statusText, headers });
};

async function start() {
  const files = fetch(new URL("lossurface.zip", import.meta.url)).then((answer) => {
    if (!answer.ok) throw new Error(`lossurface.zip: ${answer.status} ${answer.statusText}`);
    return answer.arrayBuffer();
  });
  const [pyodide, archive] = await Promise.all([loadPyodide(), files]);
  pyodide.FS.writeFile("/lossurface.zip", new Uint8Array(archive));
  pyodide.runPython("import sys; sys.path.append('/lossurface.zip')");
  const answer = pyodide.pyimport("lossurface.laboratory").answer;
  postMessage({ ready: true });
  return answer;
}

const python = start();

self.onmessage = async function ({ data: { id, op, args } }) {
  try {
    const answer = await python;
    postMessage({ id, ...JSON.parse(answer(op, JSON.stringify(args))) });
  } catch (error) {
    // Not bad input, which Python answers in a line of its own: whoever started this ends it.
    const lines = String(error.message ?? error).trim().split("\n");
    const line = `Python failed: ${lines[lines.length - 1].slice(0, 200)}`;
    postMessage({ id, ok: false, broken: true, line });
  }
};
