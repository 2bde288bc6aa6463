/* A certificate's network and its loss in floats, to draw with: the forms of lossurface.setting. */
import { float } from "./state.js";

const SIGMA = {
  threshold: (z) => (z >= 0 ? 1 : 0),
  relu: (z) => Math.max(z, 0),
  requ: (z) => Math.max(z, 0) ** 2,
  "leaky-relu": (z) => Math.max(z, z / 10),
  elu: (z) => (z >= 0 ? z : Math.expm1(z)),
  linear: (z) => z,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  arctan: Math.atan,
  softsign: (z) => z / (1 + Math.abs(z)),
  constant: () => 0,
  quadratic: (z) => z * z,
  quartic: (z) => z * z + z ** 4,
  cosh: Math.cosh,
};

export class Network {
  /** Read a certificate: its parameters become one vector, `theta`, in the package's order. */
  constructor({ network, p, samples }) {
    this.p = p;
    this.d = samples[0].length;
    this.blocks = []; // {name, at, shape}
    const theta = [];
    const add = (name, values, ...shape) => {
      this.blocks.push({ name, at: theta.length, shape });
      theta.push(...[values].flat(2).map(float));
    };
    this.shallow = "W" in network;
    this.identity = network.architecture === "identity-shortcut";
    if (this.shallow) {
      this.width = network.a.length;
      this.sigma = SIGMA[network.neuron];
      add("a0", network.a0);
      add("a", network.a, this.width);
      add("W", network.W, this.d, this.width);
    }
    if (this.identity) {
      add("a", network.a, this.d);
      add("b", network.b);
    }
    this.layers = network.deep?.layers.map(({ W, b }, k) => {
      add(`W${k + 1}`, W, W.length, b.length);
      add(`b${k + 1}`, b, b.length);
      return [W.length, b.length];
    });
    this.deepSigma = SIGMA[network.deep?.neuron];
    this.theta = Float64Array.from(theta);
  }

  /** Return f(x) at parameters t. */
  output(t, x) {
    const { d, width } = this;
    let value = 0;
    let at = 0;
    if (this.shallow) {
      value = t[0];
      for (let j = 0; j < width; j++) {
        let z = 0;
        for (let i = 0; i < d; i++) z += t[1 + width + i * width + j] * x[i];
        value += t[1 + j] * this.sigma(z);
      }
      at = 1 + width + d * width;
    }
    if (!this.layers) return value;
    if (!this.identity) return value + this.#deep(t, x, at)[0];
    const h = this.#deep(t, x, d + 1);
    return x.reduce((sum, v, i) => sum + t[i] * (v + h[i]), t[d]);
  }

  #deep(t, x, at) {
    this.layers.forEach(([into, out], k) => {
      const next = [];
      for (let o = 0; o < out; o++) {
        let z = t[at + into * out + o];
        for (let i = 0; i < into; i++) z += t[at + i * out + o] * x[i];
        next.push(k + 1 < this.layers.length ? this.deepSigma(z) : z);
      }
      at += (into + 1) * out;
      x = next;
    });
    return x;
  }

  /** Return the loss, the mean of max(1 - y f, 0)^(p+1). */
  loss(t, data) {
    let sum = 0;
    for (const { x, y } of data) sum += Math.max(1 - y * this.output(t, x), 0) ** (this.p + 1);
    return sum / data.length;
  }

  /** Say whether a sample's label is the sign of f there; a float that rounding made counts as 0. */
  misses(t, { x, y }) {
    return (this.output(t, x) > -1e-12) !== (y > 0);
  }

  /** Take one step of gradient descent from t, halving it until the loss falls; say if it fell. */
  descend(t, data, run) {
    const slope = t.map((value, k) => {
      const h = 1e-6 * Math.max(1, Math.abs(value));
      t[k] = value + h;
      const above = this.loss(t, data);
      t[k] = value - h;
      const below = this.loss(t, data);
      t[k] = value;
      return (above - below) / (2 * h);
    });
    const square = slope.reduce((sum, value) => sum + value * value, 0);
    if (!(square > 1e-14)) return false;
    const from = this.loss(t, data);
    for (run.step = Math.min(2 * run.step, 1); run.step > 1e-12; run.step /= 2) {
      const next = t.map((value, k) => value - run.step * slope[k]);
      const loss = this.loss(next, data);
      if (loss <= from - 1e-4 * run.step * square) {
        t.set(next);
        run.loss = loss;
        return true;
      }
    }
    return false;
  }

  /** Return the names of directions: whole blocks, their first parameters, random ones. */
  directions() {
    const names = [];
    for (const { name, shape: [rows = 1, columns] } of this.blocks) {
      names.push(name);
      if (rows * (columns ?? 1) === 1) continue;
      for (let i = 0; i < rows && names.length < 40; i++) {
        if (columns === undefined) names.push(`${name}[${i}]`);
        for (let j = 0; j < columns; j++) names.push(`${name}[${i},${j}]`);
      }
    }
    return [...names, "random", "random, another"];
  }

  /** Return the unit vector of such a name; `random` draws the entries of a random one. */
  direction(name, random) {
    const vector = new Float64Array(this.theta.length);
    const [, block, i, j] = /^(\w+)(?:\[(\d+)(?:,(\d+))?\])?/.exec(name);
    const found = this.blocks.find((one) => one.name === block);
    if (!found) vector.forEach((_, k) => { vector[k] = random(); });
    else if (i !== undefined) vector[found.at + (j === undefined ? +i : i * found.shape[1] + +j)] = 1;
    else vector.fill(1, found.at, found.at + found.shape.reduce((a, b) => a * b, 1));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  }
}
