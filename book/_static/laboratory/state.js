/* What the laboratory is set to, as plain values, and the link that carries it.
 *
 * A state has a claim's id, the choices of its builder, and samples {x: ["1/2", ...], y: 1 or -1}.
 * Coordinates stay text, exact; their floats only place points on the screen. A link is not to be
 * trusted: everything in it is measured before it is used.
 */

/* What a link or a table may hold; of the worker's own limits these are the same or less. */
export const LIMITS = { link: 4000, samples: 40, coordinates: 6, layers: 3 };
export const LIMITS_LINE =
  `Limits: ${LIMITS.samples} samples of ${LIMITS.coordinates} coordinates, fractions with 9 digits above and below ` +
  `the line, ${LIMITS.layers} layers in f_D, links of ${LIMITS.link} characters, one minute for an answer.`;

const NUMBER = /^-?\d{1,9}(\/0*[1-9]\d{0,8}|\.\d{1,9})?$/;

/** Return a rational number's text, or throw one line that names it. */
export function number(text, name) {
  const plain = text.trim().replace("\u2212", "-");
  if (NUMBER.test(plain)) return plain;
  throw new Error(`${name} is "${text.slice(0, 20)}"; write a fraction such as -1/2, with at most 9 digits above and below the line`);
}

/** Return a rational number's float, to draw with; of a ball "mid +/- rad" its middle. */
export function float(text) {
  const [top, bottom = "1"] = String(text).split("+/-")[0].split("/");
  return Number(top) / Number(bottom);
}

/** Return the text of the multiple of 1/grid, a power of two, next to a float. */
export function snapped(value, grid) {
  let [top, bottom] = [Math.round(value * grid), grid];
  while (top % 2 === 0 && bottom > 1) [top, bottom] = [top / 2, bottom / 2];
  return bottom === 1 ? String(top) : `${top}/${bottom}`;
}

/* How each choice is read from text, for the claim as the worker describes it. */
const READ = {
  neuron: (text, claim) => oneOf(text, "neuron", claim.neurons),
  p: (text, claim) => whole(text, "p", ...claim.p),
  width: (text, claim) => whole(text, "the width", ...claim.width),
  depth: (text, claim) => whole(text, "the depth", ...claim.depth),
  data: (text, claim) => oneOf(text, "data", claim.data),
  deep: (text, claim) => hidden(text, claim),
  deep_neuron: (text, claim) => oneOf(text, "f_D's neuron", claim.deep_neurons),
};

/** Return the value of a choice, or throw one line. */
export const read = (name, text, claim) => READ[name](text, claim);

/** Return whether a claim's builder has a choice. */
export const offers = (claim, name) => Object.hasOwn(READ, name) && Object.hasOwn(claim.defaults, name);

function oneOf(text, name, allowed) {
  if (allowed.includes(text)) return text;
  throw new Error(`${name} is "${text.slice(0, 20)}"; choose one of ${allowed.join(", ")}`);
}

function whole(text, name, least, most) {
  const value = /^\d{1,6}$/.test(text.trim()) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`${name} is "${text.slice(0, 20)}"; give a whole number from ${least} to ${most}`);
}

/* Hidden widths such as "2, 2"; null, no f_D, for none. */
function hidden(text, claim) {
  const parts = text.split(",").filter((part) => part.trim());
  if (parts.length > LIMITS.layers) {
    throw new Error(`f_D has ${parts.length} hidden layers; give at most ${LIMITS.layers}`);
  }
  return parts.length ? parts.map((part) => whole(part, "a hidden width", ...claim.width)) : null;
}

/** Return the claim's own instance. */
export function initial(claim) {
  const choices = Object.keys(READ).filter((name) => offers(claim, name));
  const values = Object.fromEntries(choices.map((name) => [name, claim.defaults[name]]));
  return { claim: claim.id, ...values, samples: claim.samples };
}

/** Return the part of an address, from "#" on, that `fromLink` reads. */
export function toLink({ samples, ...choices }) {
  const fields = Object.entries(choices).filter(([, value]) => value !== null);
  fields.push(["x", samples.map((sample) => sample.x).join(";")], ["y", samples.map((sample) => sample.y)]);
  return "#" + fields.map(([name, value]) => `${name}=${value}`).join("&");
}

/** Return the state that a link carries; what it leaves out is the claim's own. */
export function fromLink(link, claims) {
  if (link.length > LIMITS.link) {
    throw new Error(`it has ${link.length} characters, and at most ${LIMITS.link} are read`);
  }
  const { claim: id, x, y, ...choices } = Object.fromEntries(
    link.slice(1).split("&").map((pair) => pair.split("=", 2)),
  );
  const claim = claims.find((one) => one.id === id);
  if (!claim) throw new Error("it does not name a claim of the list");
  const state = initial(claim);
  for (const [name, text = ""] of Object.entries(choices)) {
    if (!offers(claim, name)) throw new Error(`"${name.slice(0, 20)}" is not a choice of ${claim.name}`);
    state[name] = read(name, text, claim);
  }
  if (x !== undefined || y !== undefined) {
    const [rows, labels] = [(x ?? "").split(";"), (y ?? "").split(",")];
    if (rows.length !== labels.length) {
      throw new Error(`it has ${rows.length} samples and ${labels.length} labels`);
    }
    state.samples = measured(rows.map((row, k) => ({ x: row.split(","), y: Number(labels[k]) })));
  }
  return state;
}

/** Return samples from a link or a file if their numbers, labels and sizes are within the limits. */
export function measured(samples) {
  const d = samples[0].x.length;
  if (samples.length > LIMITS.samples || d > LIMITS.coordinates) {
    throw new Error(
      `there are ${samples.length} samples of ${d} coordinates; ` +
        `give at most ${LIMITS.samples} of ${LIMITS.coordinates}`,
    );
  }
  return samples.map(({ x, y }, k) => {
    if (x.length !== d) throw new Error(`sample ${k + 1} has ${x.length} coordinates, the first ${d}`);
    if (y !== 1 && y !== -1) throw new Error(`the label of sample ${k + 1} is neither 1 nor -1`);
    return { x: x.map((text) => number(text, `a coordinate of sample ${k + 1}`)), y };
  });
}
